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
      disableCooldowns: false,
      retryPolicy: {},
      groupRetryPolicy: Object.create(null),
      preCallChecks: false,
      tagFiltering: false,
      tagMatchAny: true,
      weightedFailover: false,
      providerBudgets: {},
    });
  });

  test('vendors have budgets; one that nobody knows bounds nothing', () => {
    const text = withSection(
      'router_settings: {provider_budget_config: {openai: {budget_limit: "12.5", time_period: 1d}, groq: {max_budget: 3}, opennai: {budget_limit: 1}}}',
    );
    expect(load(text).routing.providerBudgets).toEqual({
      openai: { maxDollars: 12.5, duration: '1d' },
      groq: { maxDollars: 3 },
      opennai: { maxDollars: 1 },
    });
    expect(warningsOf(text).join()).toMatch(/provider_budget_config\.opennai: no provider/);
    const odd = withSection(
      'router_settings: {provider_budget_config: {openai: {time_period: 1d}}}',
    );
    expect(errorsOf(odd).join()).toMatch(/provider_budget_config\.openai: expected a budget_limit/);
    const never = withSection(
      'router_settings: {provider_budget_config: {openai: {budget_limit: 1, time_period: soon}}}',
    );
    expect(errorsOf(never).join()).toMatch(/time_period: expected a number and a unit/);
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

describe('router_settings: failures and checks', () => {
  const routing = (settings: string) => load(withSection(`router_settings: {${settings}}`)).routing;

  test('everything set', () => {
    const settings =
      'allowed_fails: 4, cooldown_time: 1.5, disable_cooldowns: "True", enable_pre_call_checks: true, enable_tag_filtering: true, tag_filtering_match_any: false, enable_weighted_failover: true, retry_policy: {TimeoutErrorRetries: 3, DefaultRetries: "1", RateLimitErrorRetries: }, model_group_retry_policy: {m: {BadRequestErrorRetries: 0}}, allowed_fails_policy: {InternalServerErrorAllowedFails: 20}';
    expect(routing(settings)).toMatchObject({
      allowedFails: 4,
      cooldownMs: 1500,
      disableCooldowns: true,
      preCallChecks: true,
      tagFiltering: true,
      tagMatchAny: false,
      weightedFailover: true,
      retryPolicy: { timeout: 3, default: 1 },
      groupRetryPolicy: { m: { badRequest: 0 } },
      allowedFailsPolicy: { internalServer: 20 },
    });
    expect(routing('cooldown_time: 0').cooldownMs).toBe(0);
    expect(routing('model_group_retry_policy: {}').groupRetryPolicy['constructor']).toBeUndefined();
  });

  test("allowed_fails may be LiteLLM's general one", () => {
    const litellm = 'litellm_settings: {allowed_fails: 9}';
    expect(load(withSection(litellm)).routing.allowedFails).toBe(9);
    const both = withSection(`${litellm}\nrouter_settings: {allowed_fails: 0}`);
    expect(load(both).routing.allowedFails).toBe(0);
  });

  test.each([
    [
      'retry_policy: {RateLimitErrorRetrys: 3}',
      '6:34 router_settings.retry_policy.RateLimitErrorRetrys: unknown key, ignored; did you mean "RateLimitErrorRetries"?',
    ],
    [
      'model_group_retry_policy: {n: {DefaultRetries: 3}}',
      '6:46 router_settings.model_group_retry_policy.n: no model has this name, so this is never used (m)',
    ],
  ])('%s', (settings, warning) => {
    expect(warningsOf(withSection(`router_settings: {${settings}}`))).toEqual([warning]);
  });

  test('policies of what is no number', () => {
    expect(
      errorsOf(
        withSection('router_settings: {allowed_fails_policy: {TimeoutErrorAllowedFails: x}}'),
      ),
    ).toEqual([
      '6:68 router_settings.allowed_fails_policy.TimeoutErrorAllowedFails: expected a number, found the text "x"',
    ]);
  });
});
