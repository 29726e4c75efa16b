import { existsSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FindingsError } from '#core/finding.ts';
import { errorsOf, load, ONE_MODEL, warningsOf } from '#config/test-kit.ts';

const ARTICLE = new URL('../../../shared/fixtures/seed-litellm_config.yaml', import.meta.url);

describe.skipIf(!existsSync(ARTICLE))("the article's config", () => {
  const text = existsSync(ARTICLE) ? readFileSync(ARTICLE, 'utf8') : '';
  const env = {
    OPENAI_API_KEY_PJ1: 'sk-1',
    OPENAI_API_KEY_PJ2: 'sk-2',
    OPENAI_API_KEY_PJ3: 'sk-3',
    LITELLM_MASTER_KEY: 'sk-master',
  };

  test('loads unchanged and without a warning', () => {
    const config = load(text, { env });
    expect(
      config.deployments.map(({ name, group, provider, model, apiKey }) => [
        name,
        group,
        provider,
        model,
        apiKey,
      ]),
    ).toEqual([
      ['PJ1', 'gpt-4.1', 'openai', 'gpt-4.1', 'sk-1'],
      ['PJ2', 'gpt-4.1', 'openai', 'gpt-4.1', 'sk-2'],
      ['PJ3', 'gpt-4.1', 'openai', 'gpt-4.1', 'sk-3'],
    ]);
    expect(config).toMatchObject({
      unusable: [],
      warnings: [],
      masterKey: 'sk-master',
      routing: { strategy: 'simple-shuffle', numRetries: 2, retryAfterMs: 0, timeoutMs: 6_000_000 },
    });
  });

  test('one key missing: two serve', () => {
    const { deployments, unusable } = load(text, { env: { ...env, OPENAI_API_KEY_PJ2: '' } });
    expect(deployments.map(({ name }) => name)).toEqual(['PJ1', 'PJ3']);
    expect(unusable).toEqual([
      {
        name: 'PJ2',
        group: 'gpt-4.1',
        reason: expect.objectContaining({
          line: 10,
          column: 16,
          message: expect.stringContaining('OPENAI_API_KEY_PJ2 is empty'),
        }),
      },
    ]);
  });

  test('nothing set: every missing variable is told at once', () => {
    expect(errorsOf(text)).toEqual([
      '3:17 model_list.0.model_name: none of the 3 deployments of "gpt-4.1" can serve',
      '6:16 model_list.0.litellm_params.api_key: OPENAI_API_KEY_PJ1 is not set; set it, or remove the deployment',
      '10:16 model_list.1.litellm_params.api_key: OPENAI_API_KEY_PJ2 is not set; set it, or remove the deployment',
      '14:16 model_list.2.litellm_params.api_key: OPENAI_API_KEY_PJ3 is not set; set it, or remove the deployment',
      '22:15 general_settings.master_key: LITELLM_MASTER_KEY is not set; set it, or remove the line to run without a key',
    ]);
  });
});

describe('a file without models', () => {
  test.each([
    ['', '1:1 : there are no models; write at least one'],
    ['# nothing\n', '1:1 : there are no models'],
    ['general_settings: {}\n', '1:1 : there are no models'],
    ['router_settings: {}\nmodel_list:\n', '2:12 model_list: there are no models'],
    ['model_list: []\n', '1:13 model_list: there are no models'],
    ['model_list: {a: 1}\n', '1:13 model_list: expected a list of models'],
    ['- a\n', '1:1 : expected a map with model_list in it'],
    ['hello\n', '1:1 : expected a map with model_list in it'],
  ])('%j', (text, expected) => {
    expect(errorsOf(text)[0]).toContain(expected);
  });
});

test('a syntax error is told at its place', () => {
  expect(errorsOf('model_list:\n  - model_name: a: b\n')).toEqual([
    expect.stringMatching(/^2:17 : a second "key: value" cannot follow/),
  ]);
});

test('all errors of all sections come at once, in the order of the file', () => {
  const text = `
spillway_settings:
  limits: {json_dept: 3}
model_list:
  - model_name: m
    litellm_params: {model: openai/gpt-4.1, api_key: sk-1, rpm: many}
  - model_name: 4.1
    litellm_params: {}
  - litellm_params: [x]
router_settings:
  num_retries: -1
  routing_strategy: simple-shufle
litellm_settings:
  request_timeout: soon
general_settings:
  master_key: 1234
  max_request_size_mb: .nan
`;
  expect(errorsOf(text)).toEqual([
    '3:12 spillway_settings.limits.json_dept: unknown key; did you mean "json_depth"?',
    '6:65 model_list.0.litellm_params.rpm: expected a number, found the text "many"',
    '7:17 model_list.1.model_name: expected a text, found 4.1',
    '8:21 model_list.1.litellm_params.model: missing; expected a text',
    '9:5 model_list.2.model_name: missing; expected a text',
    '9:21 model_list.2.litellm_params: expected a map, found a list',
    '11:16 router_settings.num_retries: expected a number of at least 0, found -1',
    '12:21 router_settings.routing_strategy: expected a routing strategy (did you mean "simple-shuffle"?), found the text "simple-shufle"',
    '14:20 litellm_settings.request_timeout: expected a number, found the text "soon"',
    '16:15 general_settings.master_key: expected a text, found a number',
    '17:24 general_settings.max_request_size_mb: expected a number, found NaN',
  ]);
});

test('top-level keys: what does nothing yet, what is not known, what is given twice', () => {
  const text = `${ONE_MODEL}guardrails: []\nrouter_setings: {}\nmodel_list_2: []\nx-notes: 1\ncallback_settings: {}\ncallback_settings: {}\n`;
  expect(warningsOf(text)).toEqual([
    '6:1 guardrails: understood, but has no effect yet',
    '7:1 router_setings: unknown key, ignored; did you mean "router_settings"?',
    '8:1 model_list_2: unknown key, ignored; did you mean "model_list"?',
    '9:1 x-notes: unknown key, ignored',
    '11:1 callback_settings: this key is given twice; the last one counts',
    '11:1 callback_settings: understood, but has no effect yet',
  ]);
});

test('settings that would bound keys, callers and records say where they stand, and that they do not', () => {
  const text = `${ONE_MODEL}litellm_settings:
  upperbound_key_generate_params: {max_budget: 1}
  default_key_generate_params: {max_budget: 1}
general_settings:
  enable_jwt_auth: true
  enforce_rbac: true
  disable_spend_logs: true
`;
  expect(warningsOf(text)).toEqual([
    '7:3 litellm_settings.upperbound_key_generate_params: understood, but has no effect yet',
    '8:3 litellm_settings.default_key_generate_params: understood, but has no effect yet',
    '10:3 general_settings.enable_jwt_auth: understood, but has no effect yet',
    '11:3 general_settings.enforce_rbac: understood, but has no effect yet',
    '12:3 general_settings.disable_spend_logs: understood, but has no effect yet',
  ]);
});

test('the result is frozen throughout', () => {
  const config = load(`${ONE_MODEL}router_settings: {model_group_alias: {a: m}}\n`);
  const open: string[] = [];
  const visit = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) return;
    if (!Object.isFrozen(value)) open.push(path);
    for (const [key, item] of Object.entries(value)) visit(item, `${path}.${key}`);
  };
  visit(config, 'config');
  expect(open).toEqual([]);
});

const CANARY = 'sk-canary-0123456789';

test.each([
  ['a key in the wrong place', `model_list: ${CANARY}`],
  ['a key as a list', `${ONE_MODEL}general_settings: {master_key: [${CANARY}]}`],
  [
    'a key with a line break',
    `model_list:\n  - model_name: m\n    litellm_params: {model: openai/m, api_key: "${CANARY}\\n"}`,
  ],
  [
    'a key in a variable with a line break',
    'model_list:\n  - model_name: m\n    litellm_params: {model: openai/m, api_key: os.environ/KEY}',
  ],
  [
    'a key as a number of requests',
    `model_list:\n  - model_name: m\n    litellm_params: {model: openai/m, api_key: k, rpm: ${CANARY}}`,
  ],
  [
    'a variable as a number of requests',
    'model_list:\n  - model_name: m\n    litellm_params: {model: openai/m, api_key: k, rpm: os.environ/KEY}',
  ],
  [
    'a header with a line break',
    `model_list:\n  - model_name: m\n    litellm_params: {model: openai/m, api_key: k, extra_headers: {X-Key: "${CANARY}\\r\\n"}}`,
  ],
  [
    'a URL with a password',
    `model_list:\n  - model_name: m\n    litellm_params: {model: openai/m, api_key: k, api_base: "https://u:${CANARY}@h/v1"}`,
  ],
  ['a master key with a line break', `${ONE_MODEL}general_settings: {master_key: "${CANARY}\\n"}`],
  [
    'an environment variable that is a map',
    `${ONE_MODEL}environment_variables: {A: {b: ${CANARY}}}`,
  ],
  ['an unfinished quote', `model_list: "${CANARY}`],
  ['a key as a model', `model_list:\n  - model_name: m\n    litellm_params: {model: ${CANARY}}`],
  [
    'a key as a provider',
    `model_list:\n  - model_name: m\n    litellm_params: {model: ${CANARY}/x}`,
  ],
  ['a strategy', `${ONE_MODEL}router_settings: {routing_strategy: ${CANARY}}`],
])('a secret never shows: %s', (_, text) => {
  const errors = errorsOf(text, { env: { KEY: `${CANARY}\n` } });
  expect(errors.length).toBeGreaterThan(0);
  expect(errors.join('\n')).not.toContain('canary');
});

test('any map of any values loads or is refused with findings', () => {
  const word = fc.constantFrom(
    'model_list',
    'model_name',
    'litellm_params',
    'model',
    'api_key',
    'api_base',
    'rpm',
    'organization',
    'model_info',
    'id',
    'router_settings',
    'model_group_alias',
    'general_settings',
    'master_key',
    'environment_variables',
    'include',
    'litellm_settings',
    'fallbacks',
    'default_fallbacks',
    'retry_policy',
    'model_group_retry_policy',
    'quota_pool',
    'tpm',
    'tags',
    'spillway_settings',
    'quota_pools',
    'queue',
    'groups',
    'enforce_rpm_tpm',
    'apps',
    'models',
    '__proto__',
    'openai/gpt-4.1',
    'os.environ/A',
    '*',
  );
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      fc.oneof(word, fc.integer(), fc.double(), fc.boolean(), fc.constant(null), fc.string()),
      fc.dictionary(word, tie('tree'), { maxKeys: 6 }),
      fc.array(tie('tree'), { maxLength: 3 }),
    ),
  }));
  fc.assert(
    fc.property(fc.dictionary(word, tree, { maxKeys: 6 }), (value) => {
      try {
        load(JSON.stringify(value), { env: { A: 'true' } });
      } catch (error) {
        if (!(error instanceof FindingsError)) throw error;
      }
    }),
    { numRuns: 300 },
  );
});
