import { expect, test } from 'vitest';
import { Ramp } from '#simulator/ramp.ts';

const RULE = { aboveTpm: 1000, maxGrowth: 0.5, windowMs: 900_000 };

test('traffic may grow by half from one window to the next, once it is large', () => {
  const ramp = new Ramp(RULE);
  expect(ramp.waitMs(1000, 10_000)).toBe(0);
  ramp.add(1000, 10_000);
  expect(ramp.waitMs(1, 10_000)).toBe(50_000);
  expect(ramp.waitMs(1000, 60_000)).toBe(0);
  const nextMs = RULE.windowMs;
  expect(ramp.waitMs(1500, nextMs)).toBe(0);
  expect(ramp.waitMs(1501, nextMs)).toBe(60_000);
  ramp.add(1500, nextMs);
  // Within one window it does not compound.
  expect(ramp.waitMs(1501, nextMs + 60_000)).toBe(60_000);
  expect(ramp.waitMs(2250, 2 * nextMs)).toBe(0);
  // A silent window forgets.
  expect(ramp.waitMs(1001, 4 * nextMs)).toBe(60_000);
});
