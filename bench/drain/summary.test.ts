import { expect, test } from 'vitest';
import { Outcomes } from './outcomes.ts';
import { capacityTokensPerS, type Scenario, SCENARIOS } from './scenarios.ts';
import { summarise } from './summary.ts';
import { type BenchRequest, TRACE_MS } from './trace.ts';

const request = (index: number, own: Partial<BenchRequest> = {}): BenchRequest => ({
  index,
  atMs: 400_000 + index,
  tenant: 0,
  script: 'prose',
  promptBytes: 400,
  promptTokens: 100,
  maxOutputTokens: 900,
  outputTokens: 400,
  firstByteMs: 100,
  durationMs: 1000,
  ...own,
});

const scenario: Scenario = SCENARIOS.find(({ id }) => id === 'A')!;
const fromMs = 300_000;

test('shares are of what was offered within the time that counts', () => {
  const trace = [
    request(0, { atMs: 10 }),
    request(1),
    request(2),
    request(3),
    request(4, { promptTokens: 30_000 }),
  ];
  const outcomes = new Outcomes(trace.length);
  outcomes.refused(0);
  outcomes.served(1, 0);
  outcomes.served(2, 1000);
  outcomes.refused(3);
  outcomes.refused(4);
  outcomes.vendorRefusals[0] = 1;
  outcomes.vendorRefusals[3] = 2;
  const summary = summarise({ scenario, trace, outcomes, fromMs });
  expect(summary).toMatchObject({
    requests: 4,
    refused: 50,
    largeRefused: 100,
    vendorRefusals: 60,
    waitP50Ms: 1000,
    waitP99Ms: 1000,
  });
  expect(summary.goodput).toBeCloseTo((100 * 2000) / (3000 + 30_900));
});

test('goodput is of the capacity where more was offered', () => {
  const capacity = (capacityTokensPerS(scenario) * (TRACE_MS - fromMs)) / 1000;
  const trace = [request(0, { promptTokens: capacity - 900 }), request(1)];
  const outcomes = new Outcomes(2);
  outcomes.served(0, 0);
  outcomes.refused(1);
  expect(summarise({ scenario, trace, outcomes, fromMs }).goodput).toBeCloseTo(100);
});

test('a vendor that refunds counts what was used', () => {
  const refunding = { ...scenario, refunds: true };
  const trace = [request(0), request(1, { outputTokens: 900 })];
  const outcomes = new Outcomes(2);
  outcomes.served(0, 0);
  outcomes.refused(1);
  const { goodput } = summarise({
    scenario: refunding,
    trace,
    outcomes,
    fromMs,
    refusalsFromMs: 0,
  });
  expect(goodput).toBeCloseTo((100 * 500) / 1500);
});

test('tenants are told apart', () => {
  const shared = { ...scenario, traffic: { tenantShares: [0.5, 0.5] } };
  const trace = [request(0), request(1), request(2, { tenant: 1 })];
  const outcomes = new Outcomes(3);
  outcomes.served(0, 0);
  outcomes.refused(1);
  outcomes.served(2, 7);
  const { tenants } = summarise({ scenario: shared, trace, outcomes, fromMs });
  expect(tenants.map(({ served }) => served)).toEqual([50, 100]);
  expect(tenants[1]!.waitP50Ms).toBe(7);
});
