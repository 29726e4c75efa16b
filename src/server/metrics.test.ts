import { describe, expect, it } from 'vitest';
import type { QuotaView } from '#balancer/quota-view.ts';
import type { DecisionFacts } from '#balancer/decision.ts';
import { createMetrics } from '#server/metrics.ts';
import type { StoreHealth } from '#server/store-gauges.ts';

const view: QuotaView = {
  groups: [],
  deployments: [
    { deployment: 'PJ1', group: 'g', inFlight: 2, isPaused: false },
    { deployment: 'PJ2', group: 'g', inFlight: 0, isPaused: false },
  ],
  accounts: [
    {
      account: 'key/abc/v/m',
      title: 'PJ1',
      deployments: ['PJ1', 'PJ2'],
      gauges: [
        {
          dimension: 'tokens',
          amount: 30_000,
          windowMs: 60_000,
          refill: 'linear',
          source: 'header',
          capacity: 30_000,
          level: 12_000,
        },
      ],
      blockedMs: 1_500,
      inFlight: 2,
    },
  ],
  lines: [{ groups: [{ group: 'g', requests: 3 }], requests: 3, tokens: 900, tenants: [] }],
  estimateError: 0.125,
};

const start = (show: () => QuotaView = () => view, spend?: () => StoreHealth) => {
  const metrics = createMetrics({
    version: '9.9.9',
    groups: () => new Set(['g']),
    deployments: () => new Set(['PJ1', 'PJ2']),
    view: show,
    memory: () => ({ residentBytes: 7 }),
    survived: () => ({ rejection: 3, exception: 0 }),
    ...(spend && { spend }),
  });
  const over = (more: Partial<DecisionFacts> = {}): void =>
    metrics.over({ group: 'g', tries: [], queueMs: 0, totalMs: 0, ...more });
  const lines = async (name: string): Promise<string[]> =>
    (await metrics.page()).text.split('\n').filter((line) => line.startsWith(name));
  return { metrics, over, lines };
};

describe('metrics of the store', () => {
  it('say whether it is there, whether it is slow, and what waits for it', async () => {
    let health: StoreHealth = { waiting: 0, lost: 0, writeMs: 7 };
    const { lines } = start(undefined, () => health);
    const shown = async () => [
      ...(await lines('spillway_store')),
      ...(await lines('spillway_spend_w')),
    ];
    expect(await shown()).toEqual([
      'spillway_store_up 1',
      'spillway_store_slow 0',
      'spillway_store_write_seconds 0.007',
      'spillway_spend_waiting 0',
      'spillway_spend_written 1',
    ]);
    const ill = { trouble: 'gone', isSlow: true, isUnwritten: true } as const;
    health = { waiting: 9, lost: 0, writeMs: 5_000, ...ill };
    expect(await shown()).toEqual([
      'spillway_store_up 0',
      'spillway_store_slow 1',
      'spillway_store_write_seconds 5',
      'spillway_spend_waiting 9',
      'spillway_spend_written 0',
    ]);
  });
});

describe('metrics of the balance', () => {
  it('are what it is when somebody looks', async () => {
    let now = view;
    const { lines } = start(() => now);
    const labels = 'pool="key/abc/v/m",deployments="PJ1,PJ2"';
    const limit = `${labels},dimension="tokens",window_s="60"`;
    expect(await lines('spillway_quota')).toEqual([
      `spillway_quota_level{${limit}} 12000`,
      `spillway_quota_limit{${limit},source="header"} 30000`,
      `spillway_quota_blocked_seconds{${labels}} 1.5`,
    ]);
    expect(await lines('spillway_in_flight')).toEqual([
      'spillway_in_flight{deployment="PJ1"} 2',
      'spillway_in_flight{deployment="PJ2"} 0',
    ]);
    expect(await lines('spillway_queue_requests')).toEqual([
      'spillway_queue_requests{group="g"} 3',
    ]);
    expect(await lines('spillway_queue_tokens')).toEqual(['spillway_queue_tokens 900']);
    expect(await lines('spillway_estimate')).toEqual(['spillway_estimate_error_ratio 0.125']);
    expect(await lines('spillway_build_info')).toEqual(['spillway_build_info{version="9.9.9"} 1']);
    expect(await lines('process_')).toEqual(['process_resident_memory_bytes 7']);
    expect(await lines('spillway_survived')).toEqual([
      'spillway_survived_errors_total{kind="rejection"} 3',
      'spillway_survived_errors_total{kind="exception"} 0',
    ]);
    now = { ...view, accounts: [], lines: [] };
    expect(await lines('spillway_quota')).toEqual([]);
    expect(await lines('spillway_queue_tokens')).toEqual(['spillway_queue_tokens 0']);
  });

  it('are bounded, however many models callers name', async () => {
    const [account] = view.accounts;
    const accounts = Array.from({ length: 5_000 }, (_, i) => ({
      ...account!,
      account: `key/abc/v/*/m${i}`,
      deployments: Array.from({ length: 200 }, (__, j) => `PJ${j}`),
    }));
    const { lines, metrics } = start(() => ({ ...view, accounts }));
    expect(await lines('spillway_quota_level')).toHaveLength(1_000);
    expect((await metrics.page()).text.length).toBeLessThan(1_000_000);
  });
});

describe('metrics of requests', () => {
  it('count what was served, with its tokens and its waits', async () => {
    const { over, lines } = start();
    over({
      tries: [{ deployment: 'PJ1', outcome: 'ok' }],
      queueMs: 400,
      totalMs: 3_000,
      tokensIn: 100,
      tokensOut: 20,
    });
    expect(await lines('spillway_requests_total')).toEqual([
      'spillway_requests_total{group="g",deployment="PJ1",outcome="ok"} 1',
    ]);
    expect(await lines('spillway_tokens_total')).toEqual([
      'spillway_tokens_total{group="g",deployment="PJ1",direction="input"} 100',
      'spillway_tokens_total{group="g",deployment="PJ1",direction="output"} 20',
    ]);
    expect(await lines('spillway_queue_wait_seconds')).toContain(
      'spillway_queue_wait_seconds_bucket{le="0.5",group="g"} 1',
    );
    expect(await lines('spillway_queue_wait_seconds')).toContain(
      'spillway_queue_wait_seconds_bucket{le="0.25",group="g"} 0',
    );
    expect(await lines('spillway_request_seconds_sum')).toEqual([
      'spillway_request_seconds_sum{group="g"} 3',
    ]);
  });

  it('tell refusals for quota, other failures and our own refusals apart', async () => {
    const { over, lines } = start();
    over({
      tries: [
        { deployment: 'PJ1', outcome: 'minute-quota' },
        { deployment: 'PJ2', outcome: 'connect' },
        { deployment: 'PJ1', outcome: 'abandoned' },
      ],
    });
    over({ code: 'rate_limited' });
    over({ code: 'client_closed' });
    over({ group: '', code: 'unauthorized' });
    expect(await lines('spillway_upstream')).toEqual([
      'spillway_upstream_refusals_total{deployment="PJ1",class="minute-quota"} 1',
      'spillway_upstream_failures_total{deployment="PJ2",kind="connect"} 1',
    ]);
    expect(await lines('spillway_refused_total')).toEqual([
      'spillway_refused_total{reason="rate_limited"} 1',
      'spillway_refused_total{reason="unauthorized"} 1',
    ]);
    expect(await lines('spillway_requests_total')).toEqual([
      'spillway_requests_total{group="g",deployment="PJ1",outcome="abandoned"} 1',
      'spillway_requests_total{group="g",deployment="",outcome="rate_limited"} 1',
      'spillway_requests_total{group="g",deployment="",outcome="abandoned"} 1',
    ]);
  });

  it('have no label that a caller could choose', async () => {
    const { over, lines } = start();
    for (let i = 0; i < 100; i++)
      over({ group: `group-${i}`, tries: [{ deployment: `d-${i}`, outcome: 'ok' }] });
    expect(await lines('spillway_requests_total')).toEqual([
      'spillway_requests_total{group="other",deployment="other",outcome="ok"} 100',
    ]);
  });

  it('are of the type that Prometheus reads', async () => {
    expect((await start().metrics.page()).type).toMatch(/^text\/plain; version=0\.0\.4/);
  });
});
