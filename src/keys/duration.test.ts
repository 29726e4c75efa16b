import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isDuration, lengthMs, parseDuration, windowAt } from '#keys/duration.ts';

const at = (text: string): number => Date.parse(text);
const window = (duration: string, wall: string, zone = 'UTC') => {
  const { startMs, endMs } = windowAt(parseDuration(duration, 'budget_duration'), at(wall), zone);
  return [new Date(startMs).toISOString(), new Date(endMs).toISOString()];
};

describe('a window of the calendar', () => {
  test.each([
    ['1d', '2026-11-26T02:30:00Z', 'UTC', '2026-11-26T00:00:00.000Z', '2026-11-27T00:00:00.000Z'],
    [
      '1d',
      '2026-11-26T02:30:00Z',
      'Asia/Tokyo',
      '2026-11-25T15:00:00.000Z',
      '2026-11-26T15:00:00.000Z',
    ],
    ['7d', '2026-11-26T02:30:00Z', 'UTC', '2026-11-23T00:00:00.000Z', '2026-11-30T00:00:00.000Z'],
    ['1w', '2026-11-23T00:00:00Z', 'UTC', '2026-11-23T00:00:00.000Z', '2026-11-30T00:00:00.000Z'],
    ['30d', '2026-11-26T02:30:00Z', 'UTC', '2026-11-01T00:00:00.000Z', '2026-12-01T00:00:00.000Z'],
    ['1mo', '2026-12-31T23:59:59Z', 'UTC', '2026-12-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    [
      '1mo',
      '2026-12-31T23:59:59Z',
      'Asia/Tokyo',
      '2026-12-31T15:00:00.000Z',
      '2027-01-31T15:00:00.000Z',
    ],
    ['3mo', '2026-11-26T02:30:00Z', 'UTC', '2026-10-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    ['2h', '2026-11-26T03:30:00Z', 'UTC', '2026-11-26T02:00:00.000Z', '2026-11-26T04:00:00.000Z'],
    ['5m', '2026-11-26T03:34:59Z', 'UTC', '2026-11-26T03:30:00.000Z', '2026-11-26T03:35:00.000Z'],
    // The day on which clocks are put forward has 23 hours.
    [
      '1d',
      '2026-03-29T12:00:00Z',
      'Europe/Berlin',
      '2026-03-28T23:00:00.000Z',
      '2026-03-29T22:00:00.000Z',
    ],
  ])('%s at %s in %s', (duration, wall, zone, start, end) => {
    expect(window(duration, wall, zone)).toEqual([start, end]);
  });

  test('holds the instant, and the next one begins where it ends', () => {
    const zone = fc.constantFrom('UTC', 'Asia/Tokyo', 'America/New_York', 'Asia/Kolkata');
    const duration = fc.constantFrom('1d', '7d', '30d', '1mo', '12h', '15m', '30s', '3d');
    const wall = fc.integer({ min: at('2026-01-01'), max: at('2030-01-01') });
    fc.assert(
      fc.property(duration, wall, zone, (text, wallMs, timeZone) => {
        const one = windowAt(parseDuration(text, 'x'), wallMs, timeZone);
        expect(one.startMs).toBeLessThanOrEqual(wallMs);
        expect(one.endMs).toBeGreaterThan(wallMs - 3_600_000);
        if (text.endsWith('d') || text.endsWith('mo'))
          expect(windowAt(parseDuration(text, 'x'), one.endMs, timeZone).startMs).toBe(one.endMs);
      }),
    );
  });
});

test('lengths', () => {
  expect(lengthMs(parseDuration('90s', 'x'))).toBe(90_000);
  expect(lengthMs(parseDuration('2w', 'x'))).toBe(14 * 86_400_000);
  for (const text of ['', '5', 's', '-1d', '0d', '1.5h', '1y', '1d ', '9999999d'])
    expect(isDuration(text)).toBe(false);
  expect(() => parseDuration('soon', 'duration')).toThrow(/`duration` must be a number and a unit/);
});
