import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sign } from 'aws4';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AwsCredentialSpec } from '#providers/credential-spec.ts';
import type { AuthHeaders, Credentials } from '#upstream/credentials.ts';
import { awsCredentials } from '#upstream/credentials/aws.ts';
import { type Asked, TokenService } from '#upstream/credentials/test-kit.ts';

let service: TokenService;

beforeEach(async () => {
  service = new TokenService();
  await service.open();
});
afterEach(() => service.close());

const CALL = {
  method: 'POST',
  origin: 'https://bedrock-runtime.eu-west-1.amazonaws.com',
  path: '/model/amazon.nova-lite-v1%3A0/converse',
  headers: { 'content-type': 'application/json', 'user-agent': 'spillway' },
  body: '{"messages":[]}',
} as const;

const credentialsOf = (
  more: Partial<AwsCredentialSpec>,
  variables: Record<string, string> = {},
): Credentials => {
  const spec = { kind: 'aws', region: 'eu-west-1', service: 'bedrock', ...more } as const;
  const home = { HOME: service.folder, ...variables };
  return service.made(awsCredentials({ stsUrl: service.url, ...spec }, service.sources(home)));
};

const headersOf = async (credentials: Credentials): Promise<AuthHeaders> =>
  credentials.headersFor(CALL);

/** The id of the key that signed. */
const signerOf = async (credentials: Credentials): Promise<string | undefined> =>
  /Credential=([^/]+)/.exec((await headersOf(credentials))['authorization'] ?? '')?.[1];

const refusalOf = (credentials: Credentials): Promise<string> =>
  headersOf(credentials).then(
    () => 'signed',
    (thrown: Error) => thrown.message,
  );

const KEY = { accessKeyId: 'AKIDOWN', secretAccessKey: 'secret/own+1' };

/** Until an hour from now, as the service's clock has it. */
const expiration = (): string => new Date(service.clock.wall() + 3_600_000).toISOString();

const granted = (id: string): { text: string } => ({
  text: `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>${id}</AccessKeyId><SecretAccessKey>s/+=</SecretAccessKey><SessionToken>t==</SessionToken><Expiration>${expiration()}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
});

const keyJson = (id: string): { text: string } => ({
  text: JSON.stringify({
    Code: 'Success',
    AccessKeyId: id,
    SecretAccessKey: 's',
    Token: 't',
    Expiration: expiration(),
  }),
});

test('a key of the config signs at once, as the vendor’s rules have it', () => {
  const headers = credentialsOf({ key: { ...KEY, sessionToken: 'session' } }).headersFor(CALL);
  const time = new Date(service.clock.wall()).toISOString().replace(/[-:]|\.\d+/g, '');
  const { origin: _, headers: __, ...call } = CALL;
  const request = {
    ...call,
    service: 'bedrock',
    region: 'eu-west-1',
    headers: {
      Host: 'bedrock-runtime.eu-west-1.amazonaws.com',
      'Content-Type': 'application/json',
      'X-Amz-Date': time,
    },
    // The library would sign the length, too, which only the socket knows.
    extraHeadersToIgnore: { 'content-length': true },
  };
  const expected = sign(request, { ...KEY, sessionToken: 'session' });
  expect(headers).toEqual({
    'x-amz-date': time,
    'x-amz-security-token': 'session',
    authorization: expected.headers?.['Authorization'],
  });
});

describe('roles', () => {
  const role = { arn: 'arn:aws:iam::123456789012:role/app', sessionName: 'me', externalId: 'x1' };

  test('are taken on by a key, and renewed before they are over', async () => {
    let id = 0;
    service.answer = () => granted(`ASIA${++id}`);
    const credentials = credentialsOf({ key: KEY, role });
    credentials.start();
    expect(await signerOf(credentials)).toBe('ASIA1');
    expect(credentials.headersFor(CALL)).not.toBeInstanceOf(Promise);
    const { method, headers, body } = service.asked[0]!;
    expect(method).toBe('POST');
    expect(Object.fromEntries(new URLSearchParams(body))).toEqual({
      Action: 'AssumeRole',
      Version: '2011-06-15',
      DurationSeconds: '3600',
      RoleArn: role.arn,
      RoleSessionName: 'me',
      ExternalId: 'x1',
    });
    expect(headers.authorization).toMatch(/Credential=AKIDOWN\/\d{8}\/eu-west-1\/sts\//);
    await service.clock.advance(3_600_000 - 300_000);
    await expect.poll(() => service.asked.length).toBe(2);
    await expect.poll(() => signerOf(credentials)).toBe('ASIA2');
  });

  test('trust a token, or the file that it is in, unsigned', async () => {
    service.answer = () => granted('ASIAWEB');
    const file = join(service.folder, 'token');
    writeFileSync(file, 'from.the.file\n');
    for (const webIdentityToken of [file, 'at.hand.itself']) {
      expect(await signerOf(credentialsOf({ role, webIdentityToken }))).toBe('ASIAWEB');
      const { headers, body } = service.asked.at(-1)!;
      expect(headers.authorization).toBeUndefined();
      expect(new URLSearchParams(body).get('Action')).toBe('AssumeRoleWithWebIdentity');
    }
    const tokens = service.asked.map(({ body }) =>
      new URLSearchParams(body).get('WebIdentityToken'),
    );
    expect(tokens).toEqual(['from.the.file', 'at.hand.itself']);
  });

  test('that are refused are told by their code alone', async () => {
    service.answer = () => ({
      status: 403,
      text: '<ErrorResponse><Error><Code>AccessDenied</Code><Message>User arn:aws:iam::123456789012:user/a may not</Message></Error></ErrorResponse>',
    });
    expect(await refusalOf(credentialsOf({ key: KEY, role }))).toBe(
      'No AWS signing key can be had: the token service (STS) answered with status 403, AccessDenied',
    );
  });
});

describe('without a key in the config, as Amazon’s own tools look for one', () => {
  test('the environment', async () => {
    const variables = {
      AWS_ACCESS_KEY_ID: 'AKIDENV',
      AWS_SECRET_ACCESS_KEY: 's',
      AWS_SESSION_TOKEN: 't',
    };
    const headers = await headersOf(credentialsOf({}, variables));
    expect(headers['authorization']).toContain('Credential=AKIDENV/');
    expect(headers['x-amz-security-token']).toBe('t');
  });

  test('the token of a workload', async () => {
    service.answer = () => granted('ASIAPOD');
    const file = join(service.folder, 'token');
    writeFileSync(file, 'a.b.c');
    const variables = {
      AWS_WEB_IDENTITY_TOKEN_FILE: file,
      AWS_ROLE_ARN: 'arn:aws:iam::1:role/pod',
    };
    expect(await signerOf(credentialsOf({}, variables))).toBe('ASIAPOD');
    expect(new URLSearchParams(service.asked[0]?.body).get('RoleSessionName')).toBe('spillway');
  });

  test('its files: a key, a role by another profile, a circle, a kind that is not read', async () => {
    const [keys, config] = [join(service.folder, 'keys'), join(service.folder, 'config')];
    writeFileSync(
      keys,
      '# ours\n[default]\naws_access_key_id = AKIDDEF\naws_secret_access_key=s/+=\n\n[base]\naws_access_key_id=AKIDBASE ; old\naws_secret_access_key=s\n',
    );
    writeFileSync(
      config,
      '[profile role]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = base\nexternal_id = e\n[profile a]\nrole_arn=r\nsource_profile=b\n[profile b]\nrole_arn=r\nsource_profile=a\n[profile sso]\nsso_session = x\n',
    );
    const files = { AWS_SHARED_CREDENTIALS_FILE: keys, AWS_CONFIG_FILE: config };
    const of = (profile?: string) => credentialsOf({ ...(profile && { profile }) }, files);
    service.answer = () => granted('ASIAROLE');
    expect(await signerOf(of())).toBe('AKIDDEF');
    expect(await signerOf(credentialsOf({}, { ...files, AWS_PROFILE: 'base' }))).toBe('AKIDBASE');
    expect(await signerOf(of('role'))).toBe('ASIAROLE');
    expect(service.asked[0]?.headers.authorization).toContain('Credential=AKIDBASE/');
    expect(await refusalOf(of('a'))).toMatch(/profiles a, b name each other/);
    expect(await refusalOf(of('sso'))).toMatch(/neither a key nor a role.*AWS_ACCESS_KEY_ID/);
    expect(await refusalOf(of('other'))).toMatch(/no profile other/);
  });

  test('the container’s agent', async () => {
    service.answer = () => keyJson('ASIATASK');
    const variables = {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${service.url}/v1/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: 'word',
    };
    expect(await signerOf(credentialsOf({}, variables))).toBe('ASIATASK');
    expect(service.asked[0]).toMatchObject({
      path: '/v1/credentials',
      headers: { authorization: 'word' },
    });
  });

  test('the machine’s service, with its word', async () => {
    const role = '/latest/meta-data/iam/security-credentials/';
    const answers: Record<string, { text: string }> = {
      'PUT /latest/api/token': { text: 'word' },
      [`GET ${role}`]: { text: 'app-role\n' },
      [`GET ${role}app-role`]: keyJson('ASIAEC2'),
    };
    service.answer = ({ method, path }: Asked) =>
      answers[`${method} ${path}`] ?? { status: 404, text: '' };
    const variables = { AWS_EC2_METADATA_SERVICE_ENDPOINT: service.url };
    expect(await signerOf(credentialsOf({}, variables))).toBe('ASIAEC2');
    const words = service.asked.map(({ headers }) => headers['x-aws-ec2-metadata-token']);
    expect(words).toEqual([undefined, 'word', 'word']);
  });

  test('nothing', async () => {
    expect(await refusalOf(credentialsOf({}, { AWS_EC2_METADATA_DISABLED: 'true' }))).toMatch(
      /no key in the config, the environment and the files of AWS.*turned off/,
    );
    const variables = { AWS_EC2_METADATA_SERVICE_ENDPOINT: service.url };
    expect(await refusalOf(credentialsOf({}, variables))).toMatch(/answered with status 404/);
  });
});
