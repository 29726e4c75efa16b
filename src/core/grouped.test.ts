import fc from 'fast-check';
import { expect, test } from 'vitest';
import { grouped } from '#core/grouped.ts';

test.each([
  [0, '0'],
  [7, '7'],
  [500, '500'],
  [1_500, '1,500'],
  [30_000, '30,000'],
  [1_234_567.5, '1,234,567.5'],
  [0.125, '0.125'],
  [-2_000, '-2,000'],
])('%d', (amount, text) => {
  expect(grouped(amount)).toBe(text);
});

test('every whole number is as it is in English', () => {
  const whole = fc.integer({ min: -1_000_000_000_000, max: 1_000_000_000_000 });
  fc.assert(fc.property(whole, (n) => grouped(n) === n.toLocaleString('en-US')));
});

test('so are thousandths', () => {
  const thousandths = fc.integer({ min: 0, max: 1_000_000_000 });
  fc.assert(
    fc.property(thousandths, (n) => grouped(n / 1000) === (n / 1000).toLocaleString('en-US')),
  );
});
