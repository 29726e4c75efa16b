import { expect, test } from 'vitest';
import { untilMidnightMs, zoneClock } from '#providers/midnight.ts';

const HOUR_MS = 3_600_000;
const PACIFIC = zoneClock('America/Los_Angeles');

test.each([
  ['in winter', '2026-01-15T12:00:00Z', 20 * HOUR_MS],
  ['in summer', '2026-07-15T12:00:00Z', 19 * HOUR_MS],
  ['a moment before', '2026-01-15T07:59:59.750Z', 250],
  ['at midnight itself', '2026-01-15T08:00:00Z', 24 * HOUR_MS],
  ['on the day of 23 hours', '2026-03-08T09:00:00Z', 22 * HOUR_MS],
  ['on the day of 25 hours', '2026-11-01T09:00:00Z', 23 * HOUR_MS],
  ['never more than a day', '2026-11-01T07:00:00Z', 24 * HOUR_MS],
])('%s', (_, at, expected) => {
  expect(untilMidnightMs(Date.parse(at), PACIFIC)).toBe(expected);
});
