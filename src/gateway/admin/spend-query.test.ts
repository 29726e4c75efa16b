import { expect, it } from 'vitest';
import { filterOf } from '#gateway/admin/spend-query.ts';

const fromMs = (start_date: string) => filterOf({ start_date }).fromMs;

it.each([
  ['2026-01-31', '2026-01-31T00:00:00Z'],
  ['2024-02-29', '2024-02-29T00:00:00Z'],
  ['2026-01-31 12:30:00', '2026-01-31T12:30:00Z'],
  ['2026-01-31T12:30', '2026-01-31T12:30:00Z'],
  ['2026-01-31T12:30:00.5Z', '2026-01-31T12:30:00.5Z'],
  ['2026-01-31T12:30:00+09:00', '2026-01-31T03:30:00Z'],
  ['2026-01-31 12:30:00-0100', '2026-01-31T13:30:00Z'],
])('%s is an instant, in UTC unless it says another zone', (text, instant) => {
  expect(fromMs(text)).toBe(Date.parse(instant));
});

it('a day as an end is all of it, and nothing is said by an empty text', () => {
  const { toMs } = filterOf({ end_date: '2026-01-31' });
  expect(toMs).toBe(Date.parse('2026-02-01T00:00:00Z'));
  expect(filterOf({ start_date: '', end_date: '' })).toEqual({});
});

it.each(['2026-02-30', '2026-13-01', '0', '-1', '1e3', '31.01.2026', '2026-01-31T25:00:00', 'x'])(
  '%s is no date',
  (text) => {
    expect(() => fromMs(text)).toThrow(/`start_date` must be a date such as 2026-01-31/);
    expect(() => filterOf({ end_date: text })).toThrow(/`end_date` must be a date/);
  },
);
