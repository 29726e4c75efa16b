import { describe, expect, test } from 'vitest';
import { errorsOf, load, ONE_MODEL, warningsOf } from '#config/test-kit.ts';

/** A section under one model, written in flow style: it stands on line 6. */
const withSection = (section: string): string => `${ONE_MODEL}${section}\n`;

describe('router_settings', () => {
  test('defaults', () => {
    expect(load(ONE_MODEL).routing).toEqual({
      strategy: 'quota-aware',
      strategyOptions: {},
      numRetries: 2,
      retryAfterMs: 0,
      timeoutMs: 6_000_000,
      aliases: Object.create(null),
      fallbacks: Object.create(null),
      maxFallbacks: 5,
      allowedFailsPolicy: {},
      cooldownMs: 5000,
      disableCooldowns: false,
      retryPolicy: {},
      groupRetryPolicy: Object.create(null),
      preCallChecks: false,
      tagFiltering: false,
      tagMatchAny: true,
      weightedFailover: false,
    });
  });

  test('seconds become milliseconds, numeric texts numbers, 0 and empty nothing', () => {
    const text = withSection(
      'router_settings: {num_retries: "5", retry_after: 0.5, timeout: os.environ/T, stream_timeout: 0}',
    );
    expect(load(text, { env: { T: '30' } }).routing).toMatchObject({
      numRetries: 5,
      retryAfterMs: 500,
      timeoutMs: 30_000,
    });
    expect(load(text).routing).toMatchObject({ timeoutMs: 6_000_000 });
    expect(load(text).routing).not.toHaveProperty('streamTimeoutMs');
  });

  test('router_settings win over litellm_settings', () => {
    const litellm = 'litellm_settings: {num_retries: 7, request_timeout: 8}';
    expect(load(withSection(litellm)).routing).toMatchObject({ numRetries: 7, timeoutMs: 8000 });
    expect(
      load(withSection(`${litellm}\nrouter_settings: {num_retries: 0, timeout: 9}`)).routing,
    ).toMatchObject({ numRetries: 0, timeoutMs: 9000 });
  });

  test('the environment has the last word on the default time-out only', () => {
    const env = { REQUEST_TIMEOUT: '12' };
    expect(load(ONE_MODEL, { env }).routing.timeoutMs).toBe(12_000);
    expect(
      load(withSection('litellm_settings: {request_timeout: 8}'), { env }).routing.timeoutMs,
    ).toBe(8000);
    expect(load(ONE_MODEL, { env: { REQUEST_TIMEOUT: 'x' } }).routing.timeoutMs).toBe(6_000_000);
  });

  test('a strategy that exists, with its arguments', () => {
    const text = withSection(
      'router_settings: {routing_strategy: least-busy, routing_strategy_args: {window_s: 3, ttl: 1}}',
    );
    expect(load(text).routing).toMatchObject({
      strategy: 'least-busy',
      strategyOptions: { window_s: 3, ttl: 1 },
    });
    expect(errorsOf(text.replace('3', '0'))).toEqual([
      '6:83 router_settings.routing_strategy_args.window_s: expected a number of at least 1, found 0',
    ]);
  });

  test.each([
    'usage-based-routing',
    'usage-based-routing-v2',
    'latency-based-routing',
    'cost-based-routing',
  ])("LiteLLM's %s falls back with a warning", (strategy) => {
    const text = withSection(
      `router_settings: {routing_strategy: ${strategy}, routing_strategy_args: {ttl: 10}}`,
    );
    expect(load(text).routing).toMatchObject({ strategy: 'quota-aware', strategyOptions: {} });
    expect(warningsOf(text)).toEqual([
      `6:37 router_settings.routing_strategy: ${strategy} does not exist here yet; quota-aware is used`,
    ]);
  });

  test('a strategy that nobody knows lists those that are', () => {
    expect(errorsOf(withSection('router_settings: {routing_strategy: best}'))).toEqual([
      '6:37 router_settings.routing_strategy: expected a routing strategy (quota-aware, simple-shuffle, least-busy, usage-based-routing, usage-based-routing-v2, latency-based-routing, cost-based-routing, provider-budget-routing), found the text "best"',
    ]);
  });

  test('aliases', () => {
    const { aliases } = load(
      withSection(
        'router_settings: {model_group_alias: {a: m, b: {model: m, hidden: true}, c: {model: m}}}',
      ),
    ).routing;
    expect(Object.entries(aliases)).toEqual([
      ['a', { group: 'm', hidden: false }],
      ['b', { group: 'm', hidden: true }],
      ['c', { group: 'm', hidden: false }],
    ]);
    expect(aliases['constructor']).toBeUndefined();
  });

  test('aliases of groups that do not exist, aliases that hide one', () => {
    expect(
      errorsOf(withSection('router_settings: {model_group_alias: {a: x, b: {model: mm}, c: 3}}')),
    ).toEqual([
      '6:42 router_settings.model_group_alias.a: expected a model_name of this config (m), found the text "x"',
      '6:56 router_settings.model_group_alias.b.model: expected a model_name of this config (did you mean "m"?), found the text "mm"',
      '6:64 router_settings.model_group_alias.c: expected a text or a map, found 3',
    ]);
    expect(warningsOf(withSection('router_settings: {model_group_alias: {m: m}}'))).toEqual([
      '6:39 router_settings.model_group_alias.m: this alias hides the model_name of the same name',
    ]);
  });

  test('a variable that is not set is told where it matters', () => {
    const text = withSection(
      'router_settings: {timeout: os.environ/NONE, redis_host: os.environ/NONE, weights: [{a: os.environ/NONE}]}',
    );
    expect(warningsOf(text)).toEqual([
      '6:28 router_settings.timeout: this variable is not set; read as empty',
      '6:45 router_settings.redis_host: understood, but has no effect yet',
      '6:74 router_settings.weights: understood, but has no effect yet',
    ]);
  });

  test('keys without effect and unknown keys are warnings', () => {
    const text = withSection(
      'router_settings: {optional_pre_call_checks: [enforce_model_rate_limits, prompt_caching], num_retrys: 3, caching_groups: [], mine: 1}',
    );
    expect(warningsOf(text)).toEqual([
      '6:73 router_settings.optional_pre_call_checks.1: understood, but has no effect yet',
      '6:90 router_settings.num_retrys: unknown key, ignored; did you mean "num_retries"?',
      '6:105 router_settings.caching_groups: understood, but has no effect yet',
      '6:125 router_settings.mine: unknown key, ignored',
    ]);
  });
});

describe('litellm_settings: certificates', () => {
  test.each<[string, Record<string, string>, object]>([
    ['{}', {}, { verify: true }],
    ['{ssl_verify: false}', {}, { verify: false }],
    ['{ssl_verify: "False"}', {}, { verify: false }],
    ['{ssl_verify: /etc/ca.pem}', {}, { verify: true, caFile: '/etc/ca.pem' }],
    ['{ssl_verify: true}', { SSL_CERT_FILE: '/env.pem' }, { verify: true, caFile: '/env.pem' }],
    ['{ssl_verify: true}', { SSL_VERIFY: 'False' }, { verify: false }],
    ['{ssl_verify: false}', { SSL_VERIFY: '/env.pem' }, { verify: true, caFile: '/env.pem' }],
    ['{ssl_verify: false}', { SSL_CERT_FILE: '/env.pem' }, { verify: false }],
  ])('%s %j', (settings, env, tls) => {
    expect(load(withSection(`litellm_settings: ${settings}`), { env }).tls).toEqual(tls);
  });
});

describe('general_settings', () => {
  const general = (settings: string): string => withSection(`general_settings: {${settings}}`);

  test.each<[string, Record<string, string>, string | undefined]>([
    ['', {}, undefined],
    ['', { LITELLM_MASTER_KEY: 'sk-env' }, 'sk-env'],
    ['', { LITELLM_MASTER_KEY: '' }, undefined],
    ['master_key: ', { LITELLM_MASTER_KEY: 'sk-env' }, 'sk-env'],
    ['master_key: sk-file', { LITELLM_MASTER_KEY: 'sk-env' }, 'sk-file'],
    ['master_key: os.environ/MINE', { MINE: 'sk-mine' }, 'sk-mine'],
  ])('master key: {%s} %j', (settings, env, masterKey) => {
    expect(load(general(settings), { env }).masterKey).toBe(masterKey);
  });

  test.each<[string, Record<string, string>, string]>([
    [
      'os.environ/MINE',
      { LITELLM_MASTER_KEY: 'sk-env' },
      'MINE is not set; set it, or remove the line',
    ],
    ['os.environ/MINE', { MINE: '' }, 'MINE is empty'],
    [
      'os.environ/MINE',
      { MINE: 'true' },
      'expected a text, found the text "os.environ/MINE", which is true',
    ],
    ['os.environ/MINE', { MINE: 'sk-1\n' }, 'the key has a line break'],
    ['""', {}, 'the key is empty; write one'],
    ['" sk-1"', {}, 'the key has a line break, an outer space'],
    ['1234', {}, 'expected a text, found a number'],
    ['{a: b}', {}, 'expected a text, found a map'],
  ])('no master key: %s %j', (value, env, message) => {
    const errors = errorsOf(general(`master_key: ${value}`), { env });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(/^6:32 general_settings\.master_key: /);
    expect(errors[0]).toContain(message);
  });

  test('limits and usage, where spillway_settings are silent', () => {
    const settings = 'max_request_size_mb: 0.5, always_include_stream_usage: true';
    expect(load(general(settings))).toMatchObject({
      limits: { requestBytes: 512 * 1024 },
      streams: { alwaysIncludeUsage: true },
    });
    const own =
      'spillway_settings: {limits: {request_bytes: 2048}, streams: {always_include_usage: false}}';
    expect(load(general(settings) + own)).toMatchObject({
      limits: { requestBytes: 2048 },
      streams: { alwaysIncludeUsage: false },
    });
  });
});

describe('spillway_settings', () => {
  const own = (settings: string): string => withSection(`spillway_settings: ${settings}`);

  test('defaults', () => {
    for (const text of [ONE_MODEL, own(''), own('{}'), own('{limits: , timeouts: }')])
      expect(load(text)).toMatchObject({
        compat: { independentDraws: false },
        streams: { alwaysIncludeUsage: false },
        limits: {
          requestBytes: 32 * 2 ** 20,
          replyBytes: 64 * 2 ** 20,
          jsonDepth: 64,
          eventBytes: 4 * 2 ** 20,
        },
        timeouts: { connectMs: 3000, firstByteMs: 60_000, betweenChunksMs: 60_000 },
        apps: { models: [] },
      });
  });

  test('everything set', () => {
    const text = own(
      '{compat: {independent_draws: true}, limits: {json_depth: 10, event_bytes: 1_048_576, reply_bytes: 2048}, timeouts: {connect_s: 0.25, first_byte_s: 5, between_chunks_s: 6}, apps: {models: [{provider: p, name: x, group: m}, {name: y, group: m}]}}',
    );
    expect(load(text)).toMatchObject({
      compat: { independentDraws: true },
      limits: { requestBytes: 32 * 2 ** 20, replyBytes: 2048, jsonDepth: 10, eventBytes: 2 ** 20 },
      timeouts: { connectMs: 250, firstByteMs: 5000, betweenChunksMs: 6000 },
      apps: {
        models: [
          { provider: 'p', name: 'x', group: 'm' },
          { name: 'y', group: 'm' },
        ],
      },
    });
  });

  test.each([
    ['{limit: {}}', '6:21 spillway_settings.limit: unknown key; did you mean "limits"?'],
    [
      '{limits: {bytes: 1}}',
      '6:30 spillway_settings.limits.bytes: unknown key; known here: request_bytes, reply_bytes, json_depth, event_bytes',
    ],
    [
      '{limits: {request_bytes: 1}}',
      '6:45 spillway_settings.limits.request_bytes: expected a number of at least 1024, found 1',
    ],
    [
      '{timeouts: {connect_s: 0}}',
      '6:43 spillway_settings.timeouts.connect_s: expected a number of at least 0.001, found 0',
    ],
    [
      '{compat: {independent_draws: maybe}}',
      '6:49 spillway_settings.compat.independent_draws: expected true or false, found the text "maybe"',
    ],
    [
      '{apps: {models: [{name: x, group: y}]}}',
      '6:54 spillway_settings.apps.models.0.group: expected a model_name of this config (m), found the text "y"',
    ],
    [
      '{apps: {models: [{group: m}]}}',
      '6:37 spillway_settings.apps.models.0.name: missing; expected a text',
    ],
    ['[]', '6:20 spillway_settings: expected a map, found a list'],
  ])('%s', (settings, error) => {
    expect(errorsOf(own(settings))).toEqual([error]);
  });
});

describe('environment_variables', () => {
  test('are seen by every look-up, over the process, and may refer to it', () => {
    const text = `model_list:
  - model_name: m
    litellm_params: {model: openai/gpt-4.1}
environment_variables:
  OPENAI_API_KEY: os.environ/SECRET
  OPENAI_BASE_URL: http://config/v1
  LITELLM_MASTER_KEY: 1234
  REQUEST_TIMEOUT: 5.0
  EMPTY:
`;
    const config = load(text, { env: { SECRET: 'sk-s', OPENAI_BASE_URL: 'http://process/v1' } });
    expect(config.deployments[0]).toMatchObject({ apiKey: 'sk-s', apiBase: 'http://config/v1' });
    expect(config.masterKey).toBe('1234');
    expect(config.routing.timeoutMs).toBe(5000);
  });

  test('are a map of plain values', () => {
    expect(errorsOf(withSection('environment_variables: {A: [1], "b=c": 1}'))).toEqual([
      '6:28 environment_variables.A: expected a text or a number or true or false or an empty value, found a list',
      '6:33 environment_variables.b=c: expected the name of a variable as the key',
    ]);
  });
});
