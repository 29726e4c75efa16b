import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { PurseBook, PurseHold } from '#keys/purse.ts';

const bounded = (maxNanos: number) => {
  const purse = new PurseBook().purse({ kind: 'key', id: 'k', sinceMs: 0 });
  return { purse, bound: { purse, maxNanos, label: 'Key' } };
};

test('what is set aside and spent together never goes beyond the bound, and nothing leaks', () => {
  const call = fc.record({ costs: fc.nat(40), comesTo: fc.nat(40), ends: fc.boolean() });
  fc.assert(
    fc.property(fc.array(call, { maxLength: 100 }), (calls) => {
      const { purse, bound } = bounded(300);
      const open: { hold: PurseHold; nanos: number }[] = [];
      for (const { costs, comesTo, ends } of calls) {
        const hold = PurseHold.take([purse], [bound], costs);
        if (hold instanceof PurseHold) open.push({ hold, nanos: Math.min(costs, comesTo) });
        expect(purse.spentNanos + purse.reservedNanos).toBeLessThanOrEqual(300);
        const over = ends ? open.shift() : undefined;
        over?.hold.settle(over.nanos);
        over?.hold.settle(1_000);
      }
      for (const { hold, nanos } of open) hold.settle(nanos);
      expect(purse.reservedNanos).toBe(0);
      expect(purse.spentNanos).toBeLessThanOrEqual(300);
    }),
  );
});

test('takes from all purses or from none, and says whose is empty', () => {
  const { purse: rich, bound } = bounded(1_000);
  const { purse: poor, bound: tight } = bounded(10);
  expect(PurseHold.take([rich, poor], [bound, { ...tight, label: 'Team=t' }], 11)).toMatchObject({
    label: 'Team=t',
  });
  expect([rich.reservedNanos, poor.reservedNanos]).toEqual([0, 0]);
});

test('a budget that is used up lets nothing through, and one of nothing neither', () => {
  const { purse, bound } = bounded(10);
  purse.spentNanos = 10;
  expect(PurseHold.take([purse], [bound], 0)).toBe(bound);
  const none = bounded(0);
  expect(PurseHold.take([none.purse], [none.bound], 0)).toBe(none.bound);
});

test('what others have spent adds to what is on its way', () => {
  const { purse } = bounded(100);
  const book = new PurseBook();
  const own = book.purse(purse.payment);
  const hold = PurseHold.take([own], [], 10) as PurseHold;
  hold.settle(7);
  book.take([{ ...purse.payment, nanos: 50 }]);
  expect(own.spentNanos).toBe(57);
  book.written([{ ...purse.payment, nanos: 7 }]);
  book.take([{ ...purse.payment, nanos: 57 }]);
  expect(own.spentNanos).toBe(57);
  expect(own.unwrittenNanos).toBe(0);
});

test('what the last process spent and could not put into the store counts until it is there', () => {
  const book = new PurseBook();
  const purse = book.purse({ kind: 'key', id: 'k', sinceMs: 0 });
  const { payment } = purse;
  book.take([{ ...payment, nanos: 50 }]);
  book.unwritten([{ ...payment, nanos: 7 }]);
  expect(purse.spentNanos).toBe(57);
  book.take([{ ...payment, nanos: 50 }]);
  expect(purse.spentNanos).toBe(57);
  book.written([{ ...payment, nanos: 7 }]);
  book.take([{ ...payment, nanos: 57 }]);
  expect([purse.spentNanos, purse.unwrittenNanos]).toEqual([57, 0]);
});

test('windows that are over go, sums that never end stay', () => {
  const book = new PurseBook();
  const life = book.purse({ kind: 'key', id: 'k', sinceMs: 0 });
  life.spentNanos = 7;
  const minuteMs = 60_000;
  const first = book.purse({ kind: 'key', id: 'k', sinceMs: minuteMs }, 2 * minuteMs);
  first.spentNanos = 1;
  for (let n = 2; n < 25_000; n++)
    book.purse({ kind: 'key', id: 'k', sinceMs: n * minuteMs }, (n + 1) * minuteMs);
  expect(book.purse({ kind: 'key', id: 'k', sinceMs: 0 }).spentNanos).toBe(7);
  expect(book.purse({ kind: 'key', id: 'k', sinceMs: minuteMs })).not.toBe(first);
});

test('what is asked for no more is forgotten, but for what is under way', () => {
  const book = new PurseBook();
  const at = (sinceMs: number) => book.purse({ kind: 'key', id: 'k', sinceMs });
  for (const sinceMs of [0, 1, 2, 3, 10]) at(sinceMs).spentNanos = 7;
  at(2).unwrittenNanos = 1;
  at(3).reservedNanos = 1;
  book.forget(10);
  expect([0, 1, 2, 3, 10].map((sinceMs) => at(sinceMs).spentNanos)).toEqual([7, 0, 7, 7, 7]);
});
