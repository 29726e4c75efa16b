import { expect, test } from 'vitest';
import type { Measure, Sample } from './measure.ts';
import { report } from './report.ts';
import { median, percentile } from './statistics.ts';

const sample = (values: Partial<Record<Measure, number>>): Sample =>
  new Map(Object.entries(values) as [Measure, number][]);

test('the median of the rounds stands beside the bare proxy and under its bar', () => {
  const { table, missed, doubt } = report(
    new Map([
      ['bare proxy', [30, 40, 90].map((us) => sample({ 'whole.c32.us': us, 'start.ms': 200 }))],
      ['gateway', [79, 20, 200].map((us) => sample({ 'whole.c32.us': us, 'start.ms': 1000 }))],
    ]),
  );
  expect(table).toMatch(/CPU per whole request, c=32, µs +\| +40\.0 \| +79\.0 \(1\.98×\).*held/);
  expect(table).toMatch(/start to ready, ms +\| +200 \| +1000 \|.*MISSED/);
  expect(table).not.toContain('c=128');
  expect(missed).toEqual(['start to ready, ms']);
  expect(doubt).toBeUndefined();
});

test.each([
  ['rss.c128.mb', 100, 180, 180.1],
  ['chunk.c128.us', 10, 15, 15.1],
  ['added.p99.ms', 1, 2, 2.1],
] as const)('the bar of %s is where it should be', (measure, bare, held, missed) => {
  const run = (gateway: number): readonly string[] =>
    report(
      new Map([
        ['bare proxy', [sample({ [measure]: bare })]],
        ['gateway', [sample({ [measure]: gateway })]],
      ]),
    ).missed;
  expect(run(held)).toEqual([]);
  expect(run(missed)).toHaveLength(1);
});

test('a bar that nobody measured is not held', () => {
  const { table, missed } = report(new Map([['bare proxy', [sample({ 'start.ms': 200 })]]]));
  expect(table).toContain('not measured');
  expect(missed).toEqual(['start to ready, ms']);
});

test('a busy machine is named', () => {
  const { doubt } = report(new Map([['gateway', [sample({ 'strangers.percent': 42 })]]]));
  expect(doubt).toContain('42 %');
});

test('order statistics', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(median([])).toBeNaN();
  const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
  expect(percentile(hundred, 0.99)).toBe(99);
  expect(percentile(hundred, 0.5)).toBe(50);
});
