import { describe, expect, test } from 'vitest';
import { errorsOf, load, warningsOf } from '#config/test-kit.ts';

/** Rows of one group, each `name: more params`; what follows them is `rest`. */
const rowsOf = (rows: readonly string[], rest = ''): string =>
  `model_list:\n${rows
    .map(
      (params) =>
        `  - model_name: m\n    litellm_params: {model: openai/m, api_key: k, ${params}}\n`,
    )
    .join('')}${rest}\n`;

const requests = (amount: number) => ({
  dimension: 'requests',
  windowMs: 60_000,
  amount,
  refill: 'linear',
});
const tokens = (amount: number) => ({ ...requests(amount), dimension: 'tokens' });

describe('what is a ceiling', () => {
  const limits = (rest: string, row = 'rpm: 5, tpm: 60, itpm: 7, otpm: 8') =>
    load(rowsOf([row], rest)).deployments[0]?.limits;
  const all = [
    requests(5),
    tokens(60),
    { ...requests(7), dimension: 'input' },
    { ...requests(8), dimension: 'output' },
  ];

  test.each([
    ['', []],
    ['router_settings: {routing_strategy: simple-shuffle}', []],
    ['router_settings: {routing_strategy: least-busy}', []],
    ['router_settings: {routing_strategy: usage-based-routing}', all],
    ['router_settings: {routing_strategy: usage-based-routing-v2}', all],
    ['router_settings: {routing_strategy: latency-based-routing}', all],
    ['router_settings: {routing_strategy: cost-based-routing}', all],
    ['router_settings: {optional_pre_call_checks: [enforce_model_rate_limits]}', all],
    ['router_settings: {enable_pre_call_checks: true}', [requests(5)]],
    ['spillway_settings: {enforce_rpm_tpm: true}', all],
    [
      'router_settings: {routing_strategy: usage-based-routing}\nspillway_settings: {enforce_rpm_tpm: false}',
      [],
    ],
  ])('%s', (rest, expected) => {
    expect(limits(rest)).toEqual(expected);
  });

  test('0 is a share, never a limit', () => {
    expect(limits('spillway_settings: {enforce_rpm_tpm: true}', 'rpm: 0, tpm: 9')).toEqual([
      tokens(9),
    ]);
  });
});

describe('pools', () => {
  test('the names of a row, outermost first', () => {
    const { deployments, quotaPools } = load(
      `${rowsOf(['quota_pool: a', 'quota_pool: [a, b, b]', 'weight: 1'])}  - model_name: m
    litellm_params: {model: openai/m, api_key: k}
    model_info: {quota_pool: c}
`,
    );
    expect(deployments.map((one) => one.quotaPools)).toEqual([['a'], ['a', 'b'], undefined, ['c']]);
    expect(Object.entries(quotaPools)).toEqual([
      ['a', { limits: [] }],
      ['b', { limits: [] }],
      ['c', { limits: [] }],
    ]);
    expect(quotaPools['constructor']).toBeUndefined();
  });

  test('limits that are stated, in every form', () => {
    const pools =
      '{a: {rpm: 500, tpm: "30_000", itpm: 1, otpm: 2, rpd: 3, tpd: 4, burst_s: 1.5, max_parallel: 9}, b: {rpm: 6, window: sliding}, c: {tpd: 7, window: fixed}, d: {}}';
    const { quotaPools } = load(
      rowsOf(['quota_pool: [a, b, c, d]'], `spillway_settings: {quota_pools: ${pools}}`),
    );
    const day = 86_400_000;
    const limit = (dimension: string, windowMs: number, amount: number) => ({
      dimension,
      windowMs,
      amount,
      refill: 'linear',
      ...(windowMs === day ? {} : { burstMs: 1500 }),
    });
    expect({ ...quotaPools }).toEqual({
      a: {
        limits: [
          limit('requests', 60_000, 500),
          limit('tokens', 60_000, 30_000),
          limit('input', 60_000, 1),
          limit('output', 60_000, 2),
          limit('requests', day, 3),
          limit('tokens', day, 4),
          { dimension: 'parallel', windowMs: 0, amount: 9, refill: 'fixed' },
        ],
      },
      b: { limits: [{ ...requests(6), refill: 'sliding' }] },
      c: { limits: [{ dimension: 'tokens', windowMs: day, amount: 7, refill: 'fixed' }] },
      d: { limits: [] },
    });
  });

  test('a limit that is not stated is the largest of the rows whose innermost pool it is', () => {
    const { quotaPools } = load(
      rowsOf(
        [
          'quota_pool: [o, p], rpm: 3, tpm: 50',
          'quota_pool: [o, p], rpm: 4',
          'quota_pool: q, rpm: 9',
        ],
        'spillway_settings: {enforce_rpm_tpm: true, quota_pools: {p: {tpm: 8}, q: {rpm: 1}}}',
      ),
    );
    expect({ ...quotaPools }).toEqual({
      p: { limits: [tokens(8), requests(4)] },
      q: { limits: [requests(1)] },
      o: { limits: [] },
    });
  });

  test.each([
    [
      '{a: {rpm: 0}}',
      '4:44 spillway_settings.quota_pools.a.rpm: expected a number of at least 1, found 0',
    ],
    [
      '{a: {rpm: -5}}',
      '4:44 spillway_settings.quota_pools.a.rpm: expected a number of at least 1, found -5',
    ],
    [
      '{a: {rpm: 1e3}}',
      '4:44 spillway_settings.quota_pools.a.rpm: expected a number, found the text "1e3"',
    ],
    [
      '{a: {tpm: .inf}}',
      '4:44 spillway_settings.quota_pools.a.tpm: expected a number, found Infinity',
    ],
    [
      '{a: {tpm: 9000000000000}}',
      '4:44 spillway_settings.quota_pools.a.tpm: expected a number of at most 1000000000000, found 9000000000000',
    ],
    [
      '{a: {tmp: 1}}',
      '4:39 spillway_settings.quota_pools.a.tmp: unknown key; known here: rpm, tpm, itpm, otpm, rpd, tpd, window, burst_s, max_parallel',
    ],
    [
      '{a: {window: rolling}}',
      '4:47 spillway_settings.quota_pools.a.window: expected one of "linear", "sliding", "fixed", found the text "rolling"',
    ],
    [
      '{a: {rpm: 1, window: fixed, burst_s: 1}}',
      '4:38 spillway_settings.quota_pools.a: expected burst_s only where window is linear, found a map',
    ],
    [
      '{"": {}}',
      '4:35 spillway_settings.quota_pools.: expected a text of at least 1 character as the key',
    ],
  ])('%s', (pools, error) => {
    const text = rowsOf(['quota_pool: a'], `spillway_settings: {quota_pools: ${pools}}`);
    expect(errorsOf(text)).toEqual([error]);
  });

  test.each([
    ['quota_pool: []', 'quota_pool: expected a list of at least 1 item, found a list'],
    ['quota_pool: 3', 'quota_pool: expected a text or a list, found 3'],
    ['quota_pool: [[a]]', 'quota_pool.0: expected a text, found a list'],
    ['quota_pool: [a,b,c,d,e,f,g,h,i]', 'quota_pool: expected'],
  ])('%s', (row, error) => {
    expect(errorsOf(rowsOf([row]))[0]).toContain(`model_list.0.litellm_params.${error}`);
  });

  test('what is likely to be meant otherwise', () => {
    const other = `  - model_name: n
    litellm_params: {model: openai/n, api_key: k}
    model_info: {quota_pool: [a, s]}
`;
    expect(
      warningsOf(
        `${rowsOf(['quota_pool: [a, s]', 'quota_pool: b, rpm: 1', 'quota_pool: b, rpm: 2']).trimEnd()}\n${other}` +
          'spillway_settings: {enforce_rpm_tpm: true, quota_pools: {s: {rpm: 1}, z: {}}}\n',
      ),
    ).toEqual([
      '7:63 model_list.2.litellm_params.quota_pool: the rows of the pool "b" state different limits; the largest count: write the pool\'s own under spillway_settings.quota_pools',
      '10:30 model_list.3.model_info.quota_pool: "a" is the pool of another model too; most vendors limit each model apart: name a pool for each, or, where they do share limits, write it under spillway_settings.quota_pools',
      '11:71 spillway_settings.quota_pools.z: no row that serves draws from this pool',
    ]);
  });

  test('pools that lie in one another both ways', () => {
    const rows = ['quota_pool: [a, b]', 'quota_pool: [a, c, b]', 'quota_pool: [b, c]'];
    expect(warningsOf(rowsOf(rows))).toEqual([
      '7:63 model_list.2.litellm_params.quota_pool: "c" lies within "b" here, and around it in a row above; write the outermost first in all rows',
    ]);
  });
});
