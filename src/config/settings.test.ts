import { describe, expect, test } from 'vitest';
import { errorsOf, load, ONE_MODEL } from '#config/test-kit.ts';

/** A section under one model, written in flow style: it stands on line 6. */
const withSection = (section: string): string => `${ONE_MODEL}${section}\n`;

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

  test('metrics need the key unless it is said that they do not', () => {
    const litellm = (value: string): string =>
      `${general('')}\nlitellm_settings: {require_auth_for_metrics_endpoint: ${value}}\n`;
    const isPublic = (value: string) => load(litellm(value)).metrics.arePublic;
    expect(['false', 'true', 'null', 'no'].map(isPublic)).toEqual([true, false, false, true]);
    expect(load(general('')).metrics.arePublic).toBe(false);
  });

  test('the header that carries keys', () => {
    const header = (name: string): string => general(`litellm_key_header_name: ${name}`);
    expect(load(header('X-Our-Key')).keyHeader).toBe('x-our-key');
    expect(load(header('')).keyHeader).toBeUndefined();
    expect(errorsOf(header('"x our key"'))[0]).toContain('expected the name of a header');
  });

  test('how many requests may be under way at once, in all and for one key', () => {
    const settings = 'global_max_parallel_requests: 20, max_parallel_requests: "5"';
    const loaded = load(general(settings));
    expect(loaded.parallel).toEqual({ all: 20, perKey: 5 });
    expect(loaded.warnings).toEqual([]);
    expect(load(general('max_parallel_requests: 0')).parallel).toEqual({});
    expect(load(general('')).parallel).toEqual({});
    expect(errorsOf(general('max_parallel_requests: some'))).toHaveLength(1);
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
        queue: {
          waitMs: 30_000,
          maxRequests: 10_000,
          maxBytes: 256 * 2 ** 20,
          beforeFallbackMs: 0,
          tenantShare: 0.2,
          priorities: { batch: { share: 0.1 } },
        },
        ceilings: { requests: false, tokens: false },
        quotaPools: {},
      });
    expect(load(ONE_MODEL).queue).not.toHaveProperty('heartbeatMs');
  });

  test('the queue', () => {
    const { queue } = load(
      own(
        '{queue: {wait_s: 0, max_requests: 5, max_bytes: 6, before_fallback_ms: 7, tenant_share: 1, heartbeat_s: 15, priorities: {batch: {share: 0}}, groups: {m: {wait_s: 1.5}}}}',
      ),
    );
    expect(queue).toEqual({
      waitMs: 0,
      maxRequests: 5,
      maxBytes: 6,
      beforeFallbackMs: 7,
      tenantShare: 1,
      heartbeatMs: 15_000,
      priorities: { batch: { share: 0 } },
      groups: Object.assign(Object.create(null), { m: { waitMs: 1500 } }),
    });
    expect(queue.groups['constructor']).toBeUndefined();
  });

  test('the end', () => {
    expect(load(own('{}')).shutdown).toEqual({ lagMs: 5_000, drainMs: 300_000 });
    expect(load(own('{shutdown: {lag_s: 0, drain_s: 1.5}}')).shutdown).toEqual({
      lagMs: 0,
      drainMs: 1_500,
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
      '6:30 spillway_settings.limits.bytes: unknown key; known here: request_bytes, reply_bytes, json_depth, event_bytes, connections, connections_per_address',
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
    [
      '{queue: {wait_s: -1}}',
      '6:37 spillway_settings.queue.wait_s: expected a number of at least 0, found -1',
    ],
    [
      '{queue: {tenant_share: 0}}',
      '6:43 spillway_settings.queue.tenant_share: expected a number of at least 0.001, found 0',
    ],
    [
      '{queue: {groups: {n: {wait_s: 1}}}}',
      '6:38 spillway_settings.queue.groups.n: expected a model_name of this config (m) as the key',
    ],
    [
      '{queue: {priorities: {bulk: {share: 1}}}}',
      '6:42 spillway_settings.queue.priorities.bulk: unknown key; known here: batch',
    ],
    [
      '{enforce_rpm_tpm: sometimes}',
      '6:38 spillway_settings.enforce_rpm_tpm: expected true or false, found the text "sometimes"',
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

describe('teams that one may join', () => {
  const params = (text: string): string =>
    withSection(`litellm_settings: {default_internal_user_params: ${text}}`);

  test('are named by their ids; what else is said of users has no effect', () => {
    const config = load(params('{available_teams: [a, b], max_budget: 5}'));
    expect(config.keeping.availableTeams).toEqual(['a', 'b']);
    expect(config.warnings.map(({ path, message }) => `${path}: ${message}`)).toEqual([
      'litellm_settings.default_internal_user_params.max_budget: understood, but has no effect yet',
    ]);
    expect(load(params('{}')).keeping.availableTeams).toEqual([]);
    expect(errorsOf(params('{available_teams: x}'))).toHaveLength(1);
  });
});
