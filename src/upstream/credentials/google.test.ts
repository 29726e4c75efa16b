import { generateKeyPairSync, verify } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { silentLog } from '#core/log.ts';
import type { JsonObject } from '#core/json.ts';
import { VirtualClock } from '#core/virtual-clock.ts';
import type { GoogleCredentialSpec } from '#providers/credential-spec.ts';
import { type Agents, createAgents } from '#upstream/agents.ts';
import { askOver } from '#upstream/ask.ts';
import type { Credentials } from '#upstream/credentials.ts';
import { googleCredentials } from '#upstream/credentials/google.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PEM = privateKey.export({ type: 'pkcs8', format: 'pem' });

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly form: URLSearchParams;
}

let server: ReturnType<typeof createServer>;
let agents: Agents;
let clock: VirtualClock;
let folder: string;
let asked: Asked[];
let reply: { status: number; text: string };
let made: Credentials[];

beforeEach(async () => {
  clock = new VirtualClock();
  asked = [];
  made = [];
  reply = { status: 200, text: '{"access_token":"ya29.token","expires_in":3599}' };
  folder = mkdtempSync(join(tmpdir(), 'spillway-google-'));
  server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const { method = '', url: path = '', headers } = req;
      asked.push({
        method,
        path,
        headers,
        form: new URLSearchParams(Buffer.concat(chunks).toString()),
      });
      res.writeHead(reply.status, { 'content-type': 'application/json' }).end(reply.text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  agents = createAgents({ clock, connectMs: 1e9, tls: { verify: true }, proxy: {} });
});
afterEach(async () => {
  for (const credentials of made) credentials.close();
  await agents.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

const host = (): string => `127.0.0.1:${(server.address() as AddressInfo).port}`;

const account = (more: JsonObject = {}): JsonObject => ({
  type: 'service_account',
  client_email: 'spillway@project.iam.gserviceaccount.com',
  private_key_id: 'k1',
  private_key: PEM,
  token_uri: `http://${host()}/token`,
  ...more,
});

const credentialsOf = (
  key?: GoogleCredentialSpec['key'],
  variables: Record<string, string> = {},
): Credentials => {
  const spec = { kind: 'google', ...(key !== undefined && { key }) } as const;
  const credentials = googleCredentials(spec, {
    clock,
    log: silentLog,
    ask: askOver(agents),
    variables,
  });
  made.push(credentials);
  return credentials;
};

const CALL = { method: 'POST', origin: 'http://x', path: '/', headers: {}, body: '{}' } as const;
const headersOf = async (credentials: Credentials) => credentials.headersFor(CALL);
const TOKEN = { authorization: 'Bearer ya29.token' };

describe('a service account', () => {
  test('signs a claim for one token, which serves until it is nearly over', async () => {
    const credentials = credentialsOf(account());
    expect(await headersOf(credentials)).toEqual(TOKEN);
    expect(credentials.headersFor(CALL)).toEqual(TOKEN);
    expect(asked).toHaveLength(1);
    const { method, path, form } = asked[0]!;
    expect([method, path]).toEqual(['POST', '/token']);
    expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    const [head = '', claims = '', signature = ''] = form.get('assertion')?.split('.') ?? [];
    const read = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());
    expect(read(head)).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'k1' });
    const iat = Math.floor(clock.wall() / 1000);
    expect(read(claims)).toEqual({
      iss: 'spillway@project.iam.gserviceaccount.com',
      scope: 'https://www.googleapis.com/auth/cloud-platform',
      aud: `http://${host()}/token`,
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
    const file = join(folder, 'key.json');
    writeFileSync(file, JSON.stringify(account({ client_email: 'first@x' })));
    const credentials = credentialsOf(file);
    await headersOf(credentials);
    writeFileSync(file, JSON.stringify(account({ client_email: 'second@x' })));
    await clock.advance(3_299_000);
    await vi.waitFor(() => expect(asked).toHaveLength(3));
    const issuers = asked.map(({ form }) => {
      const claims = form.get('assertion')?.split('.')[1] ?? '';
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
    token_uri: `http://${host()}/token`,
  };
  const place = join(folder, '.config', 'gcloud');
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'application_default_credentials.json'), JSON.stringify(key));
  expect(await headersOf(credentialsOf(undefined, { HOME: folder }))).toEqual({
    ...TOKEN,
    'x-goog-user-project': 'billed',
  });
  expect(Object.fromEntries(asked[0]!.form)).toEqual({
    grant_type: 'refresh_token',
    client_id: 'id',
    client_secret: 'secret',
    refresh_token: 'refresh',
  });
});

test('the machine itself is asked where there is no file', async () => {
  const variables = { HOME: folder, GCE_METADATA_HOST: host() };
  expect(await headersOf(credentialsOf(undefined, variables))).toEqual(TOKEN);
  expect(asked[0]).toMatchObject({
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
    reply = {
      status: 400,
      text: JSON.stringify({ error: 'invalid_grant', error_description: description }),
    };
    expect(await failing(account())).toBe(
      'the token endpoint answered with status 400, invalid_grant',
    );
    reply = { status: 502, text: '<html>secret</html>' };
    expect(await failing(account())).toBe('the token endpoint answered with status 502');
    reply = { status: 200, text: '{"access_token":"a"}' };
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
    expect(await failing(join(folder, 'none.json'))).toBe(
      `${join(folder, 'none.json')} cannot be read (ENOENT)`,
    );
    expect(asked).toEqual([]);
  });

  test('by a machine that is not one of theirs', async () => {
    expect(await failing(undefined, { HOME: folder, GCE_METADATA_HOST: '127.0.0.1:1' })).toBe(
      'there is no key file, and the metadata server does not answer (The upstream could not be reached (ECONNREFUSED); try again.)',
    );
  });
});
