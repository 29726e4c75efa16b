import { describe, expect, test } from 'vitest';
import { findProvider } from '#providers/index.ts';
import { errorsOf, load, warningsOf } from '#config/test-kit.ts';

const row = (params: string): string =>
  `model_list:\n  - model_name: m\n    litellm_params: {${params}}\n`;

const one = (params: string, env: Record<string, string> = {}) =>
  load(row(params), { env }).deployments[0];

/** What vouches for the row's deployment where it has no key. */
const voucherOf = (params: string, env: Record<string, string> = {}): unknown => {
  const deployment = one(params, env);
  if (!deployment || deployment.apiKey !== undefined) return deployment?.apiKey;
  const { provider, settings, model } = deployment;
  return findProvider(provider)?.credentials?.(settings, model);
};

describe('accounts of Amazon', () => {
  const nova = 'model: bedrock/amazon.nova-lite-v1:0';
  const common = { kind: 'aws', service: 'bedrock' };

  test.each<[string, Record<string, string>, string]>([
    [nova, {}, 'us-west-2'],
    [nova, { AWS_DEFAULT_REGION: 'eu-north-1', AWS_REGION: 'eu-west-3' }, 'eu-west-3'],
    [`${nova}, aws_region_name: ap-northeast-1`, { AWS_REGION: 'eu-west-3' }, 'ap-northeast-1'],
    [
      'model: bedrock/us-gov-west-1/amazon.nova-lite-v1:0',
      { AWS_REGION: 'us-east-1' },
      'us-gov-west-1',
    ],
    ['model: "bedrock/arn:aws:bedrock:eu-west-1:1:inference-profile/x"', {}, 'eu-west-1'],
  ])('the region of %s %j', (params, env, region) => {
    expect(one(params, env)?.apiBase).toBe(`https://bedrock-runtime.${region}.amazonaws.com`);
    expect(voucherOf(params, env)).toEqual({ ...common, region });
  });

  test('a key, a role, a profile, a token: as the row says it', () => {
    const key = 'aws_access_key_id: os.environ/ID, aws_secret_access_key: s, aws_session_token: t';
    const role = 'aws_role_name: r, aws_session_name: n, aws_external_id: e';
    const more =
      'aws_profile_name: p, aws_web_identity_token: /token, aws_sts_endpoint: "https://sts.test"';
    const env = { ID: 'AKID', AWS_BEARER_TOKEN_BEDROCK: 'not-this' };
    expect(voucherOf(`${nova}, ${key}, ${role}, ${more}`, env)).toEqual({
      ...common,
      region: 'us-west-2',
      key: { accessKeyId: 'AKID', secretAccessKey: 's', sessionToken: 't' },
      role: { arn: 'r', sessionName: 'n', externalId: 'e' },
      profile: 'p',
      webIdentityToken: '/token',
      stsUrl: 'https://sts.test',
    });
    expect(warningsOf(row(`${nova}, ${key}, ${role}, ${more}`), { env })).toEqual([]);
  });

  test('an API key of its variable goes before what nobody wrote', () => {
    expect(voucherOf(nova, { AWS_BEARER_TOKEN_BEDROCK: 'api-key' })).toBe('api-key');
  });

  test.each([
    [`${nova}, aws_region_name: Frankfurt`, 'aws_region_name: this names no region'],
    [`${nova}, aws_access_key_id: os.environ/MINE`, 'aws_access_key_id: MINE is not set'],
    [`${nova}, aws_role_name: os.environ/MINE`, 'aws_role_name: MINE is not set'],
    [`${nova}, aws_access_key_id: a`, 'aws_secret_access_key: a key has two parts'],
    [`${nova}, aws_web_identity_token: a`, 'aws_role_name: a web identity takes on a role'],
  ])('what cannot work is said: %s', (params, said) => {
    expect(errorsOf(row(params)).join('\n')).toContain(said);
  });
});

describe('Copilot', () => {
  const gpt = 'model: github_copilot/gpt-4.1';
  const common = { kind: 'copilot', baseUrl: 'https://api.githubcopilot.com' };

  test('an access token of the row or its variable, else the one of a login', () => {
    expect(voucherOf(`${gpt}, api_key: ghu_a`)).toBe('ghu_a');
    expect(voucherOf(gpt, { GITHUB_COPILOT_API_KEY: 'ghu_b' })).toBe('ghu_b');
    expect(voucherOf(gpt)).toEqual(common);
    expect(findProvider('github_copilot')?.tradesKey?.('ghu_a')).toEqual({
      ...common,
      key: 'ghu_a',
    });
  });
});

describe('Microsoft’s directory', () => {
  const azure = 'model: azure/gpt, api_base: "https://x.openai.azure.com"';
  const common = { kind: 'entra', scope: 'https://cognitiveservices.azure.com/.default' };
  const APP = { AZURE_TENANT_ID: 't', AZURE_CLIENT_ID: 'c' };

  test.each<[string, Record<string, string>, unknown]>([
    [
      `${azure}, tenant_id: a, client_id: b, client_secret: d`,
      { AZURE_API_KEY: 'not-this' },
      { ...common, tenant: 'a', clientId: 'b', clientSecret: 'd' },
    ],
    [
      azure,
      { ...APP, AZURE_CLIENT_SECRET: 's' },
      { ...common, tenant: 't', clientId: 'c', clientSecret: 's' },
    ],
    [
      azure,
      { ...APP, AZURE_FEDERATED_TOKEN_FILE: '/f' },
      { ...common, tenant: 't', clientId: 'c', tokenFile: '/f' },
    ],
    [azure, { ...APP, AZURE_CLIENT_SECRET: 's', AZURE_API_KEY: 'key' }, 'key'],
    [`${azure}, azure_ad_token: tok`, {}, { ...common, token: 'tok' }],
    [
      `${azure}, azure_credential: ManagedIdentityCredential, client_id: u`,
      {},
      { ...common, clientId: 'u' },
    ],
    [
      `${azure}, azure_credential: DefaultAzureCredential`,
      { AZURE_SCOPE: 'x/.default' },
      { kind: 'entra', scope: 'x/.default' },
    ],
    [
      'model: azure_ai/mistral-large, api_base: "https://x.services.ai.azure.com", azure_ad_token: tok',
      {},
      { ...common, token: 'tok' },
    ],
  ])('%s %j', (params, env, expected) => {
    expect(voucherOf(params, env)).toEqual(expected);
  });

  test('a secret that is referenced and missing', () => {
    const params = `${azure}, tenant_id: a, client_id: b, client_secret: os.environ/MINE`;
    expect(errorsOf(row(params)).join('\n')).toContain('client_secret: MINE is not set');
  });

  test('an identity that is found, where the config wants it of all rows', () => {
    const wanted = 'litellm_settings: {enable_azure_ad_token_refresh: true}\n';
    const [found] = load(`${row(azure)}${wanted}`, { env: { AZURE_CLIENT_ID: 'u' } }).deployments;
    const { provider, settings, model } = found!;
    const voucher = findProvider(provider)?.credentials?.(settings, model);
    expect(voucher).toEqual({ ...common, clientId: 'u' });
  });

  test('nothing of it, and no key', () => {
    expect(errorsOf(row(azure)).join('\n')).toContain('there is no key; write api_key');
  });
});
