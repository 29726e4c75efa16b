import { expect, test } from 'vitest';
import { timeWords } from '../console/ui/time-words.ts';

/** Of the reader's own clock, whatever its zone is; Unix epoch seconds. */
const at = (day: number, hour: number): number => new Date(2026, 10, day, hour).getTime() / 1000;

test('where a day begins among hours its date stands, and the hour elsewhere', () => {
  expect([at(21, 0), at(21, 18), at(22, 0)].map(timeWords('ja', 'hour'))).toEqual([
    '11月21日',
    '18:00',
    '11月22日',
  ]);
});

test('hours are short enough to stand at the end of an axis', () => {
  const said = timeWords('en', 'hour');
  for (let hour = 0; hour < 24; hour++)
    expect(said(at(27, hour)).length).toBeLessThan('11/27, 12:00 AM'.length / 1.5);
});

test('days are those of UTC, and seconds have a time at midnight too', () => {
  expect(timeWords('en', 'day')(Date.UTC(2026, 10, 21) / 1000)).toBe('Nov 21');
  expect(timeWords('ja', 'second')(at(21, 0))).toBe('0:00');
});
