import { describe, expect, test } from 'vitest';
import type { Deployment } from '#config/loaded.ts';
import { errorsOf, load, warningsOf } from '#config/test-kit.ts';

const row = (params: string, rest = ''): string =>
  `model_list:\n  - model_name: m\n    litellm_params: {${params}}\n${rest}`;

const one = (params: string, env: Record<string, string> = {}): Deployment | undefined =>
  load(row(params), { env }).deployments[0];

describe('provider and model', () => {
  test.each([
    ['model: openai/gpt-4.1, api_key: k', 'openai', 'gpt-4.1'],
    ['model: gpt-4.1, api_key: k', 'openai', 'gpt-4.1'],
    ['model: o3-mini, api_key: k', 'openai', 'o3-mini'],
    ['model: text-embedding-3-small, api_key: k', 'openai', 'text-embedding-3-small'],
    [
      'model: openai/meta-llama/Llama-3, api_key: k, api_base: "http://x/v1"',
      'openai',
      'meta-llama/Llama-3',
    ],
    ['model: llama, api_key: k, api_base: "http://x/v1"', 'openai', 'llama'],
    ['model: a/b, custom_llm_provider: openai, api_key: k', 'openai', 'a/b'],
    ['model: openai/b, custom_llm_provider: openai, api_key: k', 'openai', 'b'],
    ['model: hosted_vllm/a/b, api_base: "http://x/v1"', 'hosted_vllm', 'a/b'],
  ])('%s', (params, provider, model) => {
    expect(one(params)).toMatchObject({ provider, model });
  });

  test.each([
    ['model: openai/responses/gpt-5-pro, api_key: k', 'gpt-5-pro', 'responses'],
    ['model: openai/gpt-5-pro, api_key: k', 'gpt-5-pro', undefined],
    ['model: openai/gpt-5-pro, api_key: k, use_chat_completions_api: true', 'gpt-5-pro', 'chat'],
    ['model: groq/responses/x, api_key: k', 'responses/x', undefined],
  ])('{%s} asks for %s, and for %s', (params, model, speaks) => {
    expect(one(params)).toMatchObject({ model });
    expect(one(params)?.speaks).toBe(speaks);
    const mode = `${row(params)}    model_info: {mode: responses}\n`;
    const isAble = params.includes('openai/');
    expect(load(mode).deployments[0]?.speaks).toBe(speaks ?? (isAble ? 'responses' : undefined));
  });

  test.each([
    [
      'model: watsonx/ibm/granite',
      'the text "watsonx" names no provider: it speaks a dialect of its own, which is not spoken here',
    ],
    ['model: opnai/gpt-4.1', 'the text "opnai" names no provider; did you mean "openai"?'],
    [
      'model: nobody/x',
      'the text "nobody" names no provider; docs/reference/providers.md lists those that are known',
    ],
    [
      'model: meta-llama/L, api_base: "http://x"',
      'did you mean "meta_llama"? If not, for a compatible server write openai/ in front.',
    ],
    ['model: nobody/L, api_base: "http://x"', 'for a compatible server write openai/ in front'],
    [
      'model: llama',
      'no provider can be told from the text "llama"; write it in front, as in openai/MODEL',
    ],
  ])('%s', (params, message) => {
    expect(errorsOf(row(`${params}, api_key: k`))).toEqual([
      '2:17 model_list.0.model_name: the deployment of "m" cannot serve',
      expect.stringMatching(/^3:29 model_list\.0\.litellm_params\.model: /),
    ]);
    expect(errorsOf(row(`${params}, api_key: k`))[1]).toContain(message);
  });
});

describe('versions of an API', () => {
  const azure = 'model: azure/my-gpt, api_key: k, api_base: "https://x.openai.azure.com"';

  test.each<[string, Record<string, string>, string | undefined]>([
    [`${azure}, api_version: 2024-10-21`, { AZURE_API_VERSION: 'v1' }, '2024-10-21'],
    [`${azure}, api_version: "2024-10-21"`, {}, '2024-10-21'],
    [`${azure}, api_version: os.environ/MINE`, { MINE: 'preview' }, 'preview'],
    [`${azure}, api_version: `, { AZURE_API_VERSION: 'v1' }, 'v1'],
    [azure, { AZURE_API_VERSION: 'v1' }, 'v1'],
    [azure, {}, undefined],
    ['model: openai/gpt-4.1, api_key: k, api_version: v1', { AZURE_API_VERSION: 'v1' }, undefined],
  ])('%s %j', (params, env, apiVersion) => {
    expect(one(params, env)?.apiVersion).toBe(apiVersion);
  });

  test('key and base come from the vendor’s variables too', () => {
    const env = { AZURE_API_KEY: 'k', AZURE_API_BASE: 'https://x.openai.azure.com/' };
    expect(one('model: azure/my-gpt', env)).toMatchObject({
      provider: 'azure',
      model: 'my-gpt',
      apiKey: 'k',
      apiBase: 'https://x.openai.azure.com',
    });
  });

  test('a version that nobody asks for is warned of', () => {
    expect(warningsOf(row('model: openai/gpt-4.1, api_key: k, api_version: v1'))).toEqual([
      '3:57 model_list.0.litellm_params.api_version: has no effect: the API of openai has no versions',
    ]);
    expect(warningsOf(row(`${azure}, api_version: v1`))).toEqual([]);
  });
});

describe('keys', () => {
  const openai = 'model: openai/gpt-4.1';

  test.each<[string, Record<string, string>, string | undefined, string | undefined]>([
    [`${openai}, api_key: sk-literal`, {}, 'sk-literal', 'config'],
    [
      `${openai}, api_key: os.environ/MINE`,
      { MINE: 'sk-m', OPENAI_API_KEY: 'sk-o' },
      'sk-m',
      'MINE',
    ],
    [openai, { OPENAI_API_KEY: 'sk-o' }, 'sk-o', 'OPENAI_API_KEY'],
    [`${openai}, api_key: `, { OPENAI_API_KEY: 'sk-o' }, 'sk-o', 'OPENAI_API_KEY'],
    [`${openai}, api_key: ""`, { OPENAI_API_KEY: 'sk-o' }, 'sk-o', 'OPENAI_API_KEY'],
    ['model: hosted_vllm/x, api_base: "http://x"', {}, undefined, undefined],
  ])('%s %j', (params, env, apiKey, apiKeySource) => {
    const deployment = one(params, env);
    expect(deployment?.apiKey).toBe(apiKey);
    expect(deployment?.apiKeySource).toBe(apiKeySource);
  });

  test.each<[string, Record<string, string>, string]>([
    [openai, {}, 'there is no key; write api_key, or set OPENAI_API_KEY'],
    // Another project's key is never spent in place of the one that was named.
    [`${openai}, api_key: os.environ/MINE`, { OPENAI_API_KEY: 'sk-o' }, 'MINE is not set'],
    [`${openai}, api_key: os.environ/MINE`, { MINE: '' }, 'MINE is empty'],
    [
      `${openai}, api_key: os.environ/MINE`,
      { MINE: 'sk-1\r' },
      'the key in MINE contains a line break',
    ],
    [`${openai}, api_key: "sk-1\\n"`, {}, 'the key contains a line break'],
    [`${openai}, api_key: ｋ`, {}, 'the key contains a line break or another character'],
    [openai, { OPENAI_API_KEY: 'a\u0000' }, 'the key in OPENAI_API_KEY contains'],
    ['model: hosted_vllm/x, api_base: "http://x", api_key: os.environ/K', {}, 'K is not set'],
  ])('%s %j', (params, env, message) => {
    expect(errorsOf(row(params), { env })[1]).toContain(`litellm_params.api_key: ${message}`);
  });

  test('a key that is no text is an error of the file', () => {
    expect(errorsOf(row(`${openai}, api_key: 12345`))).toEqual([
      '3:54 model_list.0.litellm_params.api_key: expected a text, found a number',
    ]);
    expect(errorsOf(row(`${openai}, api_key: os.environ/K`), { env: { K: 'true' } })).toEqual([
      '3:54 model_list.0.litellm_params.api_key: expected a text, found the text "os.environ/K", which is true',
    ]);
  });
});

test.each(['mock_response: hi', 'mock_timeout: true'])(
  'a row with %s does not call the vendor in its place',
  (param) => {
    const env = { OPENAI_API_KEY: 'sk-o' };
    const [name] = param.split(':');
    expect(errorsOf(row(`model: openai/m, ${param}`), { env })[1]).toContain(
      `litellm_params.${name}: `,
    );
    expect(one(`model: openai/m, ${name}: `, env)).toBeDefined();
  },
);

describe('base URLs', () => {
  const keyed = 'model: openai/gpt-4.1, api_key: k';
  const env = { OPENAI_BASE_URL: 'http://base/v1/', OPENAI_API_BASE: 'http://legacy/v1' };

  test.each<[string, Record<string, string>, string | undefined]>([
    [keyed, {}, undefined],
    [keyed, env, 'http://base/v1'],
    [keyed, { OPENAI_API_BASE: 'http://legacy/v1' }, 'http://legacy/v1'],
    [keyed, { OPENAI_BASE_URL: '', OPENAI_API_BASE: 'http://legacy/v1' }, 'http://legacy/v1'],
    [`${keyed}, api_base: "http://own/v1//"`, env, 'http://own/v1'],
    [`${keyed}, api_base: "http://a", base_url: "http://b"`, env, 'http://b'],
    [`${keyed}, api_base: os.environ/WHERE`, { WHERE: 'https://w' }, 'https://w'],
  ])('%s %j', (params, environment, apiBase) => {
    expect(one(params, environment)?.apiBase).toBe(apiBase);
  });

  test.each<[string, Record<string, string>, string]>([
    [`${keyed}, api_base: os.environ/WHERE`, env, 'api_base: WHERE is not set'],
    [`${keyed}, api_base: "localhost:4000"`, {}, 'api_base: this is not an http(s) URL'],
    [`${keyed}, base_url: "http://u:p@h"`, {}, 'base_url: this is not an http(s) URL without user'],
    [
      keyed,
      { OPENAI_BASE_URL: 'nowhere' },
      'api_base: what OPENAI_BASE_URL holds is not an http(s) URL',
    ],
    [
      'model: hosted_vllm/x',
      {},
      'api_base: there is no base URL; write api_base, or set HOSTED_VLLM_API_BASE',
    ],
  ])('%s %j', (params, environment, message) => {
    expect(errorsOf(row(params), { env: environment })[1]).toContain(message);
  });
});

test('numbers come as numbers or as numeric texts', () => {
  const text = row(
    'model: openai/gpt-4.1, api_key: k, rpm: "100", tpm: os.environ/TPM, weight: ".5", timeout: 1.5, stream_timeout: "2", num_retries: 3.0, order: 1',
  );
  expect(load(text, { env: { TPM: '30_000' } }).deployments[0]).toMatchObject({
    rpm: 100,
    tpm: 30_000,
    weight: 0.5,
    timeoutMs: 1500,
    streamTimeoutMs: 2000,
    numRetries: 3,
    order: 1,
  });
  expect(warningsOf(text, { env: { TPM: '1' } })).toEqual([]);
});

test.each([
  ['rpm: -1', 'rpm: expected a number of at least 0, found -1'],
  ['rpm: 1.5', 'rpm: expected a whole number, found 1.5'],
  ['rpm: 1e3', 'rpm: expected a number, found the text "1e3"'],
  ['rpm: yes', 'rpm: expected a number, found true'],
  ['tpm: 10000000000000', 'tpm: expected a number of at most 1000000000000, found 10000000000000'],
  ['weight: .inf', 'weight: expected a number, found Infinity'],
  ['timeout: -3', 'timeout: expected a number of at least 0, found -3'],
  ['timeout: 1_000_000', 'timeout: expected a number of at most 86400, found 1000000'],
  ['num_retries: x', 'num_retries: expected a number, found the text "x"'],
  ['organization: 3', 'organization: expected a text or a list, found 3'],
  ['extra_headers: {"a b": c}', 'extra_headers.a b: expected the name of a header'],
  [
    'extra_headers: {A: [c]}',
    'extra_headers.A: expected a text or a number or true or false, found a list',
  ],
  [
    'extra_headers: {A: "x\\ny"}',
    'extra_headers.A: expected a text that a header can carry, found a text of 3 characters',
  ],
])('%s', (param, message) => {
  const errors = errorsOf(row(`model: openai/gpt-4.1, api_key: "", ${param}`));
  expect(errors[0]).toContain(`model_list.0.litellm_params.${message}`);
});

test('limits may stand beside litellm_params or in model_info; the innermost wins', () => {
  const text = `model_list:
  - model_name: a
    litellm_params: {model: openai/gpt-4.1, api_key: k}
    rpm: 10
    model_info: {rpm: 20, tpm: 30}
  - model_name: b
    litellm_params: {model: openai/gpt-4.1, api_key: k, rpm: 1}
    rpm: 2
`;
  expect(load(text).deployments.map(({ rpm, tpm }) => [rpm, tpm])).toEqual([
    [10, 30],
    [1, undefined],
  ]);
});

test('each organisation of a list is a deployment of its own', () => {
  const { deployments } = load(
    row('model: openai/gpt-4.1, api_key: os.environ/A_API_KEY_X, organization: [o1, o2]'),
    { env: { A_API_KEY_X: 'k' } },
  );
  expect(deployments.map(({ name, organization }) => [name, organization])).toEqual([
    ['X', 'o1'],
    ['X-2', 'o2'],
  ]);
  expect(new Set(deployments.map(({ id }) => id)).size).toBe(2);
});

test('model_info.id names the deployment and is its id', () => {
  const { deployments } = load(
    row('model: openai/gpt-4.1, api_key: k', '    model_info: {id: 7, mode: chat}\n'),
  );
  expect(deployments[0]).toMatchObject({ id: '7', name: '7', modelInfo: { id: 7, mode: 'chat' } });
});

test('what LiteLLM would pass on becomes body defaults, what steers LiteLLM does not', () => {
  const params =
    'model: openai/gpt-4.1, api_key: k, temperature: 0.2, seed: null, rpm: 3, drop_params: true, mock_delay: 1, input_cost_per_token: 0.1, aws_region_name: x, extra_body: {top_k: 4, __proto__: {a: 1}}, headers: {X-A: 1}, extra_headers: {X-B: b}';
  const deployment = one(params);
  expect(deployment?.defaults).toEqual({ temperature: 0.2 });
  expect(deployment?.params).toEqual({ drops: true, dropped: [], allowed: [] });
  expect(Object.entries(deployment?.extraBody ?? {})).toEqual([
    ['top_k', 4],
    ['__proto__', { a: 1 }],
  ]);
  expect(deployment?.extraHeaders).toEqual({ 'X-A': '1', 'X-B': 'b' });
});

test('headers for all rows give way to a row’s own, however they are written', () => {
  const text = `${row('model: openai/gpt-4.1, api_key: k, extra_headers: {x-b: own}')}
litellm_settings: {extra_headers: {X-A: all, X-B: all}}`;
  expect(warningsOf(text)).toEqual([]);
  expect(load(text).deployments[0]?.extraHeaders).toEqual({ 'X-A': 'all', 'x-b': 'own' });
});

test('warnings: one for each parameter, slips are not sent', () => {
  const text = `model_list:
  - model_name: m
    litellm_params: {model: openai/gpt-4.1, api_key: k, api_kye: sk-canary, tag_regex: x}
    modelinfo: {id: 1}
  - model_name: m
    litellm_params: {model: openai/gpt-4.1, api_key: k, tag_regex: x, temperature: os.environ/T}
    model_info: {id: same}
  - model_name: m
    litellm_params: {model: openai/gpt-4.1, api_key: k}
    model_info: {id: same}
`;
  expect(warningsOf(text)).toEqual([
    '3:57 model_list.0.litellm_params.api_kye: unknown key, not sent; did you mean "api_key"?',
    '3:77 model_list.0.litellm_params.tag_regex: understood, but has no effect yet (2 rows have it)',
    '4:5 model_list.0.modelinfo: unknown key, ignored; did you mean "model_info"?',
    '6:84 model_list.1.litellm_params.temperature: this variable is not set; read as empty',
    '10:22 model_list.2.model_info.id: another row has this id too',
  ]);
  expect(load(text).deployments.map(({ defaults }) => defaults)).toEqual([{}, {}, {}]);
});

test('a group is dead only when none of its rows can serve; a pattern only when nothing else lives', () => {
  const text = `model_list:
  - model_name: alive
    litellm_params: {model: openai/gpt-4.1, api_key: k}
  - model_name: alive
    litellm_params: {model: nobody/x}
  - model_name: "nobody/*"
    litellm_params: {model: "nobody/*", api_key: k}
`;
  expect(load(text).unusable.map(({ name, reason }) => [name, reason.line, reason.path])).toEqual([
    ['alive-2', 5, 'model_list.1.litellm_params.model'],
    ['nobody/*-1', 7, 'model_list.2.litellm_params.model'],
  ]);
  expect(errorsOf(row('model: "nobody/*", api_key: k').replace('m\n', '"*"\n'))[0]).toBe(
    '2:17 model_list.0.model_name: the deployment of "*" cannot serve',
  );
});

describe('patterns', () => {
  const pattern = (name: string, model: string, rest = ''): string =>
    `model_list:\n  - model_name: "${name}"\n    litellm_params: {model: "${model}"${rest}}\n`;

  test.each([
    ['openai/*', 'openai/*', 'openai/*', '*'],
    ['*', 'openai/*', '*', '*'],
    ['gpt-4*', 'openai/gpt-4*', 'gpt-4*', 'gpt-4*'],
    ['fast-*', 'openai/gpt-4.1', 'fast-*', 'gpt-4.1'],
  ])('%s → %s', (name, model, group, upstream) => {
    expect(load(pattern(name, model, ', api_key: k')).deployments).toMatchObject([
      { group, provider: 'openai', model: upstream },
    ]);
  });

  test.each([
    ['m', 'openai/*', 'a model with * needs a model_name with *'],
    ['a*', 'openai/*-*', 'there are 2 * here and 1 in the model_name; write as many'],
    ['azure/*', 'azure/*', 'azure has a URL for each model; write a row for each'],
    ['*', '*', 'a model * alone is for every vendor whose key is in the environment'],
  ])('%s → %s cannot serve', (name, model, message) => {
    expect(errorsOf(pattern(name, model, ', api_key: k'))[1]).toContain(message);
  });

  test('* for any vendor is a row for each vendor whose key there is', () => {
    const env = {
      OPENAI_API_KEY: 'sk-o',
      NOBODY_API_KEY: 'x',
      AZURE_API_KEY: 'one URL for each model',
      ANTHROPIC_API_KEY: 'sk-a',
    };
    const groups = (name: string) =>
      load(pattern(name, '*'), { env }).deployments.map(({ group, model }) => [group, model]);
    expect(groups('*')).toEqual([
      ['anthropic/*', '*'],
      ['openai/*', '*'],
    ]);
    expect(groups('any:*')).toEqual([
      ['any:anthropic/*', '*'],
      ['any:openai/*', '*'],
    ]);
  });
});
