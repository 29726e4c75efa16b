import { sign } from 'aws4';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import { googleCredentials } from '#upstream/credentials/google.ts';
import { TokenService } from '#upstream/credentials/test-kit.ts';

let service: TokenService;

beforeEach(async () => {
  service = new TokenService();
  await service.open();
  const until = new Date(service.clock.wall() + 3_600_000).toISOString();
  const answers: Readonly<Record<string, JsonObject>> = {
    '/sts': { access_token: 'federated', expires_in: 3600, token_type: 'Bearer' },
    '/refresh': { access_token: 'of-a-person', expires_in: 3600 },
    '/stand-in': { accessToken: 'of-the-account', expireTime: until },
    '/identity?for=google': { value: 'from-the-url' },
  };
  service.answer = ({ path }) => ({ text: JSON.stringify(answers[path] ?? null) });
});
afterEach(() => service.close());

const tokenOf = async (
  key: JsonObject,
  variables: Record<string, string> = {},
): Promise<Readonly<Record<string, string>>> => {
  const credentials = service.made(
    googleCredentials({ kind: 'google', key }, service.sources(variables)),
  );
  const call = { method: 'POST', origin: 'http://x', path: '/', headers: {}, body: '{}' } as const;
  return credentials.headersFor(call);
};

const failing = async (key: JsonObject): Promise<string> => {
  const thrown: unknown = await tokenOf(key).catch((error: unknown) => error);
  return (thrown as Error).message.replace('No Google access token can be had: ', '');
};

const AUDIENCE =
  '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/a/providers/b';
const JWT = 'urn:ietf:params:oauth:token-type:jwt';

const workload = (source: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: 'external_account',
  audience: AUDIENCE,
  subject_token_type: JWT,
  token_url: `${service.url}/sts`,
  credential_source: source,
  ...more,
});

const written = (text: string): string => {
  const file = join(service.folder, 'token');
  writeFileSync(file, text);
  return file;
};

describe('an identity that Google trusts', () => {
  test('is told by a file, and exchanged', async () => {
    const file = written('from-the-file\n');
    expect(await tokenOf(workload({ file }))).toEqual({ authorization: 'Bearer federated' });
    expect(service.asked).toHaveLength(1);
    const { method, path, headers, body } = service.asked[0]!;
    expect([method, path, headers.authorization]).toEqual(['POST', '/sts', undefined]);
    expect(Object.fromEntries(new URLSearchParams(body))).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      audience: AUDIENCE,
      scope: 'https://www.googleapis.com/auth/cloud-platform',
      requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      subject_token_type: JWT,
      subject_token: 'from-the-file',
    });
  });

  test('is told by a service of its own place, in a field of JSON, with headers', async () => {
    const source = {
      url: `${service.url}/identity?for=google`,
      headers: { Metadata: 'True' },
      format: { type: 'json', subject_token_field_name: 'value' },
    };
    const more = {
      client_id: 'id',
      client_secret: 'secret',
      workforce_pool_user_project: 'billed',
      quota_project_id: 'counted',
    };
    expect(await tokenOf(workload(source, more))).toEqual({
      authorization: 'Bearer federated',
      'x-goog-user-project': 'counted',
    });
    const [asked, exchanged] = service.asked;
    expect(asked!.headers['metadata']).toBe('True');
    const form = new URLSearchParams(exchanged!.body);
    expect(form.get('subject_token')).toBe('from-the-url');
    expect(form.get('options')).toBe('{"userProject":"billed"}');
    expect(exchanged!.headers.authorization).toBe(`Basic ${btoa('id:secret')}`);
  });

  test('stands in for a service account where the file names one', async () => {
    const more = {
      service_account_impersonation_url: `${service.url}/stand-in`,
      service_account_impersonation: { token_lifetime_seconds: 600 },
    };
    const file = written('{"t":"from-json"}');
    const format = { type: 'json', subject_token_field_name: 't' };
    expect(await tokenOf(workload({ file, format }, more))).toEqual({
      authorization: 'Bearer of-the-account',
    });
    const [exchanged, asked] = service.asked;
    expect(new URLSearchParams(exchanged!.body).get('subject_token')).toBe('from-json');
    expect(asked!.headers.authorization).toBe('Bearer federated');
    expect(JSON.parse(asked!.body)).toEqual({
      scope: ['https://www.googleapis.com/auth/cloud-platform'],
      lifetime: '600s',
    });
  });

  test('is an account of Amazon’s, by a question that is signed and not sent', async () => {
    const variables = {
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'AKID',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SESSION_TOKEN: 'session',
    };
    expect(await tokenOf(workload({ environment_id: 'aws1' }), variables)).toEqual({
      authorization: 'Bearer federated',
    });
    expect(service.asked).toHaveLength(1);
    const token = new URLSearchParams(service.asked[0]!.body).get('subject_token') ?? '';
    const { url, method, headers } = JSON.parse(decodeURIComponent(token)) as {
      url: string;
      method: string;
      headers: { key: string; value: string }[];
    };
    const asked = '/?Action=GetCallerIdentity&Version=2011-06-15';
    expect([method, url]).toEqual(['POST', `https://sts.eu-west-1.amazonaws.com${asked}`]);
    const said = Object.fromEntries(headers.map(({ key, value }) => [key, value]));
    // As the library of the tests signs the same.
    const request = {
      service: 'sts',
      region: 'eu-west-1',
      host: 'sts.eu-west-1.amazonaws.com',
      path: asked,
      method: 'POST',
      headers: {
        'x-goog-cloud-target-resource': AUDIENCE,
        'x-amz-date': said['x-amz-date']!,
      },
      extraHeadersToIgnore: { 'content-length': true, 'content-type': true },
    };
    const signed = sign(request, {
      accessKeyId: 'AKID',
      secretAccessKey: 'secret',
      sessionToken: 'session',
    }).headers as Record<string, string>;
    expect(said).toEqual({
      host: 'sts.eu-west-1.amazonaws.com',
      'x-goog-cloud-target-resource': AUDIENCE,
      'x-amz-date': said['x-amz-date'],
      'x-amz-security-token': 'session',
      authorization: signed['Authorization'],
    });
  });

  test('is fetched again before it is over, off the path of requests', async () => {
    const key = workload({ file: written('a') });
    const credentials = service.made(googleCredentials({ kind: 'google', key }, service.sources()));
    const call = { method: 'POST', origin: 'http://x', path: '/', headers: {}, body: '' } as const;
    await credentials.headersFor(call);
    await service.clock.advance(3_300_000);
    expect(credentials.headersFor(call)).toEqual({ authorization: 'Bearer federated' });
  });
});

test('a person stands in for a service account, by others', async () => {
  const source_credentials = {
    type: 'authorized_user',
    client_id: 'id',
    client_secret: 'secret',
    refresh_token: 'refresh',
    token_uri: `${service.url}/refresh`,
  };
  const key = {
    type: 'impersonated_service_account',
    service_account_impersonation_url: `${service.url}/stand-in`,
    delegates: ['projects/-/serviceAccounts/between@x'],
    source_credentials,
  };
  expect(await tokenOf(key)).toEqual({ authorization: 'Bearer of-the-account' });
  expect(service.asked[1]!.headers.authorization).toBe('Bearer of-a-person');
  expect(JSON.parse(service.asked[1]!.body)).toMatchObject({
    lifetime: '3600s',
    delegates: ['projects/-/serviceAccounts/between@x'],
  });
});

describe('what goes wrong is said without a secret', () => {
  test.each<[JsonObject, RegExp]>([
    [{ executable: { command: 'rm -rf /' } }, /credential_source is a program, and none is run/],
    [{ environment_id: 'azure9' }, /a cloud that is not known here/],
    [{ environment_id: 'aws1' }, /set AWS_REGION/],
    [{}, /neither file nor url/],
    [{ file: '/nowhere/token' }, /cannot be read \(ENOENT\)/],
    [{ url: 'nowhere' }, /url is no URL/],
  ])('%j', async (source, said) => {
    expect(await failing(workload(source))).toMatch(said);
    expect(service.asked).toEqual([]);
  });

  test('a file without its token, a service that refuses, an account that may not', async () => {
    const format = { type: 'json', subject_token_field_name: 't' };
    expect(await failing(workload({ file: written('{"u":"SECRET"}'), format }))).toBe(
      'the file of its credential_source has no token in the field that its format names',
    );
    service.answer = () => ({ status: 401, text: 'SECRET' });
    const url = { url: `${service.url}/identity` };
    expect(await failing(workload(url))).toBe(
      'the url of its credential_source answered with status 401',
    );
    const refused = { error: { code: 403, message: 'SECRET', status: 'PERMISSION_DENIED' } };
    service.answer = ({ path }) =>
      path === '/sts'
        ? { text: '{"access_token":"a","expires_in":10}' }
        : { status: 403, text: JSON.stringify(refused) };
    const more = { service_account_impersonation_url: `${service.url}/stand-in` };
    expect(await failing(workload({ file: written('a') }, more))).toBe(
      'the service that stands in for service accounts answered with status 403, PERMISSION_DENIED',
    );
  });
});
