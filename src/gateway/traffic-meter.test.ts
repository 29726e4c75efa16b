import { expect, test } from 'vitest';
import type { DecisionFacts } from '#balancer/decision.ts';
import { VirtualClock } from '#core/virtual-clock.ts';
import { TrafficMeter } from '#gateway/traffic-meter.ts';

const facts = (
  deployment: string | undefined,
  more: Partial<DecisionFacts> = {},
): DecisionFacts => ({
  group: 'g',
  tries: deployment === undefined ? [] : [{ deployment, outcome: 'ok' }],
  queueMs: 10,
  totalMs: 100,
  tokensIn: 1_000,
  tokensOut: 500,
  ...more,
});

test('counts by second and deployment, with what it cost', async () => {
  const clock = new VirtualClock();
  const prices = { inputNanosPerMillion: 2_000_000_000, outputNanosPerMillion: 8_000_000_000 };
  const meter = new TrafficMeter(clock, (name) => (name === 'a' ? prices : undefined));
  meter.over(facts('a'));
  meter.over(facts('a', { code: 'timeout' }));
  await clock.advance(1_000);
  meter.over(facts('b'));
  meter.over(facts(undefined, { code: 'rate_limited' }));
  // Who left is nobody's failure.
  meter.over(facts('b', { code: 'client_closed' }));
  const [first, second] = meter.since(0);
  expect(first?.counts.get('a')).toEqual({
    requests: 2,
    errors: 1,
    inputTokens: 2_000,
    outputTokens: 1_000,
    nanos: 2 * (2_000_000 + 4_000_000),
    unpriced: 0,
    queueMs: 20,
    totalMs: 200,
  });
  expect(second?.counts.get('b')).toMatchObject({ requests: 2, errors: 0, nanos: 0, unpriced: 2 });
  expect(second?.counts.get('')).toMatchObject({ requests: 1, errors: 1 });
  expect(meter.since(first!.at)).toHaveLength(1);
});

test('what took no tokens is not without a price', () => {
  const meter = new TrafficMeter(new VirtualClock(), () => undefined);
  meter.over(facts(undefined, { code: 'unknown_model', tokensIn: 0, tokensOut: 0 }));
  meter.over(facts('a', { tokensOut: 0 }));
  const counts = meter.since(0)[0]?.counts;
  expect([counts?.get('')?.unpriced, counts?.get('a')?.unpriced]).toEqual([0, 1]);
});

test('forgets what is older than a quarter of an hour', async () => {
  const clock = new VirtualClock();
  const meter = new TrafficMeter(clock, () => undefined);
  meter.over(facts('a'));
  await clock.advance(899_000);
  expect(meter.since(0)).toHaveLength(1);
  await clock.advance(2_000);
  expect(meter.since(0)).toHaveLength(0);
});
