import { generateKeyPairSync, verify } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import type { GoogleCredentialSpec } from '#providers/credential-spec.ts';
import type { Credentials } from '#upstream/credentials.ts';
import { googleCredentials } from '#upstream/credentials/google.ts';
import { type Asked, TokenService } from '#upstream/credentials/test-kit.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PEM = privateKey.export({ type: 'pkcs8', format: 'pem' });

let service: TokenService;

beforeEach(async () => {
  service = new TokenService();
  service.answer = () => ({ text: '{"access_token":"ya29.token","expires_in":3599}' });
  await service.open();
});
afterEach(() => service.close());

const formOf = ({ body }: Asked): URLSearchParams => new URLSearchParams(body);

const account = (more: JsonObject = {}): JsonObject => ({
  type: 'service_account',
  client_email: 'spillway@project.iam.gserviceaccount.com',
  private_key_id: 'k1',
  private_key: PEM,
  token_uri: `${service.url}/token`,
  ...more,
});

const credentialsOf = (
  key?: GoogleCredentialSpec['key'],
  variables: Record<string, string> = {},
): Credentials => {
  const spec = { kind: 'google', ...(key !== undefined && { key }) } as const;
  return service.made(googleCredentials(spec, service.sources(variables)));
};

const CALL = { method: 'POST', origin: 'http://x', path: '/', headers: {}, body: '{}' } as const;
const headersOf = async (credentials: Credentials) => credentials.headersFor(CALL);
const TOKEN = { authorization: 'Bearer ya29.token' };

describe('a service account', () => {
  test('signs a claim for one token, which serves until it is nearly over', async () => {
    const credentials = credentialsOf(account());
    expect(await headersOf(credentials)).toEqual(TOKEN);
    expect(credentials.headersFor(CALL)).toEqual(TOKEN);
    expect(service.asked).toHaveLength(1);
    const { method, path } = service.asked[0]!;
    const form = formOf(service.asked[0]!);
    expect([method, path]).toEqual(['POST', '/token']);
    expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    const [head = '', claims = '', signature = ''] = form.get('assertion')?.split('.') ?? [];
    const read = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());
    expect(read(head)).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'k1' });
    const iat = Math.floor(service.clock.wall() / 1000);
    expect(read(claims)).toEqual({
      iss: 'spillway@project.iam.gserviceaccount.com',
      scope: 'https://www.googleapis.com/auth/cloud-platform',
      aud: `${service.url}/token`,
      iat,
      exp: iat + 3600,
    });
    const said = Buffer.from(`${head}.${claims}`);
    expect(verify('RSA-SHA256', said, publicKey, Buffer.from(signature, 'base64url'))).toBe(true);
  });

  test('is read from its JSON as a text, or from a file, which is read anew each time', async () => {
    const text = credentialsOf(JSON.stringify(account()));
    expect(await headersOf(text)).toEqual(TOKEN);
    text.close();
    const file = join(service.folder, 'key.json');
    writeFileSync(file, JSON.stringify(account({ client_email: 'first@x' })));
    const credentials = credentialsOf(file);
    await headersOf(credentials);
    writeFileSync(file, JSON.stringify(account({ client_email: 'second@x' })));
    await service.clock.advance(3_299_000);
    await vi.waitFor(() => expect(service.asked).toHaveLength(3));
    const issuers = service.asked.map((asked) => {
      const claims = formOf(asked).get('assertion')?.split('.')[1] ?? '';
      return (JSON.parse(Buffer.from(claims, 'base64url').toString()) as JsonObject)['iss'];
    });
    expect(issuers.slice(1)).toEqual(['first@x', 'second@x']);
  });
});

test('a person who has logged in is found where gcloud leaves it', async () => {
  const key = {
    type: 'authorized_user',
    client_id: 'id',
    client_secret: 'secret',
    refresh_token: 'refresh',
    quota_project_id: 'billed',
    token_uri: `${service.url}/token`,
  };
  const place = join(service.folder, '.config', 'gcloud');
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'application_default_credentials.json'), JSON.stringify(key));
  expect(await headersOf(credentialsOf(undefined, { HOME: service.folder }))).toEqual({
    ...TOKEN,
    'x-goog-user-project': 'billed',
  });
  expect(Object.fromEntries(formOf(service.asked[0]!))).toEqual({
    grant_type: 'refresh_token',
    client_id: 'id',
    client_secret: 'secret',
    refresh_token: 'refresh',
  });
});

test('the machine itself is asked where there is no file', async () => {
  const variables = { HOME: service.folder, GCE_METADATA_HOST: new URL(service.url).host };
  expect(await headersOf(credentialsOf(undefined, variables))).toEqual(TOKEN);
  expect(service.asked[0]).toMatchObject({
    method: 'GET',
    path: '/computeMetadata/v1/instance/service-accounts/default/token',
    headers: { 'metadata-flavor': 'Google' },
  });
});

describe('what goes wrong is said without a secret', () => {
  const failing = async (key?: GoogleCredentialSpec['key'], variables = {}): Promise<string> => {
    const thrown: unknown = await headersOf(credentialsOf(key, variables)).catch(
      (error: unknown) => error,
    );
    expect(thrown).toMatchObject({ code: 'upstream_unreachable' });
    return (thrown as Error).message.replace('No Google access token can be had: ', '');
  };

  test('by the token endpoint', async () => {
    const description = `Invalid JWT Signature ${PEM}`;
    service.answer = () => ({
      status: 400,
      text: JSON.stringify({ error: 'invalid_grant', error_description: description }),
    });
    expect(await failing(account())).toBe(
      'the token endpoint answered with status 400, invalid_grant',
    );
    service.answer = () => ({ status: 502, text: '<html>secret</html>' });
    expect(await failing(account())).toBe('the token endpoint answered with status 502');
    service.answer = () => ({ status: 200, text: '{"access_token":"a"}' });
    expect(await failing(account())).toBe('the token endpoint answered with status 200');
  });

  test('by a key', async () => {
    expect(await failing(account({ private_key: 'PEM-SECRET' }))).toBe(
      "the key file's private_key is not an RSA key in PEM form",
    );
    expect(await failing(account({ client_email: '' }))).toBe('the key file has no client_email');
    expect(await failing(account({ token_uri: 'nowhere' }))).toBe(
      "the key file's token_uri is no URL",
    );
    expect(await failing({ type: 'gdch_service_account' })).toMatch(
      /^the key file's type must be service_account, .*; found "gdch_service_account"$/,
    );
    expect(await failing('{"private_key": "SECRET')).toBe(
      'the text of the key file is not the JSON of a key file',
    );
    expect(await failing(join(service.folder, 'none.json'))).toBe(
      `${join(service.folder, 'none.json')} cannot be read (ENOENT)`,
    );
    expect(service.asked).toEqual([]);
  });

  test('by a machine that is not one of theirs', async () => {
    expect(
      await failing(undefined, { HOME: service.folder, GCE_METADATA_HOST: '127.0.0.1:1' }),
    ).toBe(
      'there is no key file, and the metadata server does not answer (The upstream could not be reached (ECONNREFUSED); try again.)',
    );
  });
});
