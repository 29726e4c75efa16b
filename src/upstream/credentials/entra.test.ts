import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EntraCredentialSpec } from '#providers/credential-spec.ts';
import type { AuthHeaders, Credentials } from '#upstream/credentials.ts';
import { entraCredentials } from '#upstream/credentials/entra.ts';
import { TokenService } from '#upstream/credentials/test-kit.ts';

let service: TokenService;

beforeEach(async () => {
  service = new TokenService();
  service.answer = () => ({
    text: '{"token_type":"Bearer","expires_in":3599,"access_token":"eyJ.a"}',
  });
  await service.open();
});
afterEach(() => service.close());

const SCOPE = 'https://cognitiveservices.azure.com/.default';
const CALL = { method: 'POST', origin: 'http://x', path: '/', headers: {}, body: '{}' } as const;

const credentialsOf = (
  more: Partial<EntraCredentialSpec>,
  variables: Record<string, string> = {},
): Credentials => {
  const spec = { kind: 'entra', scope: SCOPE, authority: `${service.url}/`, ...more } as const;
  return service.made(entraCredentials(spec, service.sources(variables)));
};

const headersOf = async (credentials: Credentials): Promise<AuthHeaders> =>
  credentials.headersFor(CALL);

const APP = { tenant: 'contoso', clientId: 'app-1' };

test('a token at hand is sent as it is', () => {
  expect(credentialsOf({ token: 'given' }).headersFor(CALL)).toEqual({
    authorization: 'Bearer given',
  });
});

test('an application by its secret: one token, which serves until it is nearly over', async () => {
  const credentials = credentialsOf({ ...APP, clientSecret: 'p+w' });
  credentials.start();
  expect(await headersOf(credentials)).toEqual({ authorization: 'Bearer eyJ.a' });
  expect(credentials.headersFor(CALL)).toEqual({ authorization: 'Bearer eyJ.a' });
  expect(service.asked).toHaveLength(1);
  const { method, path, body } = service.asked[0]!;
  expect([method, path]).toEqual(['POST', '/contoso/oauth2/v2.0/token']);
  expect(Object.fromEntries(new URLSearchParams(body))).toEqual({
    grant_type: 'client_credentials',
    client_id: 'app-1',
    client_secret: 'p+w',
    scope: SCOPE,
  });
  await service.clock.advance(3_599_000 - 300_000);
  await expect.poll(() => service.asked.length).toBe(2);
});

test('a workload by its file, which is read anew each time', async () => {
  const tokenFile = join(service.folder, 'token');
  const credentials = credentialsOf({ ...APP, tokenFile });
  await expect(headersOf(credentials)).rejects.toThrow(/token cannot be read \(ENOENT\)/);
  writeFileSync(tokenFile, 'first.token\n');
  await service.clock.advance(1000);
  await expect.poll(() => service.asked.length).toBe(1);
  const form = new URLSearchParams(service.asked[0]?.body);
  expect(form.get('client_assertion')).toBe('first.token');
  expect(form.get('client_assertion_type')).toMatch(/jwt-bearer$/);
});

test('what runs on the platform asks beside it', async () => {
  const until = Math.floor(service.clock.wall() / 1000) + 3600;
  service.answer = () => ({
    text: JSON.stringify({ access_token: 'm', expires_on: String(until) }),
  });
  const variables = { IDENTITY_ENDPOINT: `${service.url}/msi/token`, IDENTITY_HEADER: 'word' };
  const credentials = credentialsOf({ clientId: 'user-assigned' }, variables);
  expect(await headersOf(credentials)).toEqual({ authorization: 'Bearer m' });
  const { path, headers } = service.asked[0]!;
  const url = new URL(path, service.url);
  expect(url.pathname).toBe('/msi/token');
  expect(Object.fromEntries(url.searchParams)).toEqual({
    'api-version': '2019-08-01',
    resource: 'https://cognitiveservices.azure.com',
    client_id: 'user-assigned',
  });
  expect(headers['x-identity-header']).toBe('word');
});

test('a refusal is told by its code and number, without the rest', async () => {
  const text = JSON.stringify({
    error: 'invalid_client',
    error_description: 'AADSTS7000215: Invalid client secret provided for app app-1.',
  });
  service.answer = () => ({ status: 401, text });
  await expect(headersOf(credentialsOf({ ...APP, clientSecret: 'x' }))).rejects.toThrow(
    'No Microsoft Entra token can be had: the directory answered with status 401, invalid_client (AADSTS7000215)',
  );
});
