import { expect, it } from 'vitest';
import { DrainRate } from '#balancer/drain-rate.ts';

/** Serves 100 tokens every 100 ms for a minute. */
const steady = (): { rate: DrainRate; now: number } => {
  const rate = new DrainRate();
  let now = 0;
  rate.waits(true, now);
  for (; now < 60_000; now += 100) rate.served(100, now);
  return { rate, now };
};

it('measures how fast a line is served', () => {
  const { rate, now } = steady();
  expect(rate.timeFor(5_000, now)).toBeGreaterThan(4_500);
  expect(rate.timeFor(5_000, now)).toBeLessThan(5_500);
});

it('says nothing before it has seen a few', () => {
  const rate = new DrainRate();
  rate.waits(true, 0);
  for (const at of [10, 20, 30]) rate.served(100, at);
  expect(rate.timeFor(1_000_000, 40)).toBe(0);
});

it('does not count the time in which nobody waited', () => {
  const { rate, now } = steady();
  const before = rate.timeFor(5_000, now);
  rate.waits(false, now);
  rate.waits(true, now + 3_600_000);
  expect(rate.timeFor(5_000, now + 3_600_000)).toBeCloseTo(before, 0);
});

it('follows a line that has come to a halt', () => {
  const { rate, now } = steady();
  expect(rate.timeFor(5_000, now + 20_000)).toBeGreaterThan(10_000);
});
