import fc from 'fast-check';
import { expect, it } from 'vitest';
import { packed } from '#store/packed-spend.ts';
import type { Payment, SpendRecord } from '#store/spend.ts';
import { record as sample } from '#store/store.conformance.ts';
import { WHO } from '#store/who-texts.ts';

const SUMS: readonly Payment[] = [
  { kind: 'key', id: 'k', sinceMs: 0 },
  { kind: 'user', id: '"ü\t', sinceMs: 0 },
  { kind: 'user', id: '"ü\t', sinceMs: 3_600_000 },
  { kind: 'global', id: '', sinceMs: 0 },
];

it('writes down who it was and who pays, whoever came before', () => {
  const name = fc.constantFrom('', 'a', 'b', '"\t日', 'x'.repeat(2_000));
  const who = fc.record(Object.fromEntries(WHO.map((field) => [field, name])));
  const payments = fc.array(fc.constantFrom(...SUMS), { maxLength: 3 });
  const records = fc.array(fc.tuple(who, payments), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(records, (all) => {
      for (const [names, paid] of all) {
        const record: SpendRecord = sample('1', { ...names, payments: paid });
        const text = packed(record);
        expect(JSON.parse(text.who)).toEqual(WHO.map((field) => record[field]));
        const sums = paid.map(({ kind, id, sinceMs }) => [kind, id, sinceMs]);
        expect(text.payments).toBe(JSON.stringify(sums));
      }
    }),
  );
});

it('has one text for whoever is the same, however many others have come', () => {
  const of = (n: number): string =>
    packed(sample('1', { token: `key ${n % 5_000}`, deployment: `d ${n % 3}` })).who;
  const texts = Array.from({ length: 30_000 }, (_, n) => of(n));
  expect(new Set(texts).size).toBe(15_000);
});
