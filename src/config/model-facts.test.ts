import { expect, test } from 'vitest';
import { errorsOf, load, warningsOf } from '#config/test-kit.ts';

const row = (params: string, info = ''): string =>
  `model_list:\n  - model_name: m\n    litellm_params: {model: openai/m, api_key: k${params}}\n    model_info: {${info}}\n`;

const one = (params: string, info?: string) => load(row(params, info)).deployments[0];

test.each([
  // PyYAML reads this as a text, and LiteLLM that text as a number.
  ['2e-6', 2_000_000_000],
  ['0.000002', 2_000_000_000],
  ['2.0e-6', 2_000_000_000],
  ['0.00000000125', 1_250_000],
  ['2.5e-07', 250_000_000],
  ['1', 1_000_000_000_000_000],
  ['0', undefined],
  ['0.0', undefined],
  ['', undefined],
])('a price of %s dollars per token', (price, nanos) => {
  const own = (params: string, info?: string) => one(params, info)?.pricing.own;
  const rate = nanos === undefined ? null : { nanos };
  expect(own(`, input_cost_per_token: ${price}`)).toEqual(price === '' ? {} : { input: rate });
  expect(own('', `output_cost_per_token: ${price}`)).toEqual(price === '' ? {} : { output: rate });
});

test('prices of caches and of reasoning', () => {
  const own = one(
    ', cache_read_input_token_cost: 1e-9',
    'cache_creation_input_token_cost: 2e-9, output_cost_per_reasoning_token: 3e-9, cache_read_input_token_cost: 1',
  )?.pricing.own;
  expect(own).toEqual({
    cacheRead: { nanos: 1_000_000 },
    cacheWrite: { nanos: 2_000_000 },
    reasoning: { nanos: 3_000_000 },
  });
});

const known = (params: string, info = '') =>
  load(
    `model_list:\n  - model_name: m\n    litellm_params: {api_key: k, ${params}}\n    model_info: {${info}}\n`,
  ).deployments[0];

test.each([
  ['model: openai/gpt-4o', '', 'gpt-4o', 128_000],
  ['model: openai/gpt-4o', 'max_input_tokens: 1000', 'gpt-4o', 1000],
  // A deployment's name says nothing; its base model does.
  ['model: azure/mine, api_base: "http://x"', '', 'mine', undefined],
  ['model: azure/mine, api_base: "http://x"', 'base_model: azure/gpt-4o', 'gpt-4o', 128_000],
  ['model: azure/mine, api_base: "http://x"', 'base_model: gpt-4o', 'gpt-4o', 128_000],
])('{%s}, {%s}: known as %s', (params, info, model, contextTokens) => {
  expect(known(params, info)?.pricing.model).toBe(model);
  expect(known(params, info)?.contextTokens).toBe(contextTokens);
});

test.each([
  [', input_cost_per_token: -1', 'input_cost_per_token: expected a number of at least 0, found -1'],
  [', output_cost_per_token: 2', 'output_cost_per_token: expected a number of at most 1, found 2'],
  [', input_cost_per_token: cheap', 'input_cost_per_token: expected a number, found the text'],
  [', tags: eu', 'tags: expected a list, found the text "eu"'],
  [', tags: [1]', 'tags.0: expected a text, found 1'],
  [', cooldown_time: -1', 'cooldown_time: expected a number of at least 0, found -1'],
  [', max_parallel_requests: 1.5', 'max_parallel_requests: expected a whole number, found 1.5'],
])('%s', (params, error) => {
  expect(errorsOf(row(params))[0]).toContain(`model_list.0.litellm_params.${error}`);
});

test('the row wins over model_info; both are silent by default', () => {
  expect(one('')).toMatchObject({ tags: [], abilities: {}, limits: [] });
  for (const key of ['order', 'region', 'contextTokens', 'cooldownMs', 'maxParallelRequests'])
    expect(one('')).not.toHaveProperty(key);
  const info =
    'order: 2, cooldown_time: 1.5, region_name: us, max_input_tokens: 128_000, max_output_tokens: 9';
  expect(one('', info)).toMatchObject({
    order: 2,
    cooldownMs: 1500,
    region: 'us',
    contextTokens: 128_000,
    mostOutputTokens: 9,
  });
  const params =
    ', order: 1, cooldown_time: 0, region_name: eu, tags: [a, b], max_parallel_requests: 3';
  expect(one(params, info)).toMatchObject({
    order: 1,
    cooldownMs: 0,
    region: 'eu',
    tags: ['a', 'b'],
    maxParallelRequests: 3,
  });
});

test('abilities are what model_info says of them, as true or false', () => {
  const info =
    'supports_vision: true, supports_function_calling: false, supports_x: maybe, mode: chat';
  expect(one('', info)?.abilities).toEqual({ vision: true, function_calling: false });
});

test('calls at once: the row, else the default of all', () => {
  const text = `${row(', max_parallel_requests: 2')}  - model_name: n
    litellm_params: {model: openai/n, api_key: k}
router_settings: {default_max_parallel_requests: 7}
`;
  expect(load(text).deployments.map((each) => each.maxParallelRequests)).toEqual([2, 7]);
});

test('nothing of it is said to have no effect, or sent to the vendor', () => {
  const text = row(
    ', input_cost_per_token: 0.1, tags: [a], region_name: eu, order: 1, cooldown_time: 1, quota_pool: a, max_parallel_requests: 1, itpm: 1, otpm: 1, num_retries: 1',
  );
  expect(warningsOf(text)).toEqual([]);
  expect(load(text).deployments[0]?.defaults).toEqual({});
});
