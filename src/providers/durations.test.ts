import { expect, test } from 'vitest';
import { durationMs } from '#providers/durations.ts';

test.each<[string, number | undefined]>([
  ['0s', 0],
  ['20ms', 20],
  ['1s', 1000],
  ['7.66s', 7660],
  ['9.816s', 9816],
  ['10.689924287s', 10_690],
  ['6m0s', 360_000],
  ['2m59.56s', 179_560],
  ['1h2m3.5s', 3_723_500],
  ['24h0m0s', 86_400_000],
  ['1m20ms', 60_020],
  ['60', 60_000],
  [' 0.25 ', 250],
  ['', undefined],
  [' ', undefined],
  ['soon', undefined],
  ['-5', undefined],
  ['-1s', undefined],
  ['1e3', undefined],
  ['5s5m', undefined],
  ['5 s', undefined],
  ['1d', undefined],
  ['.5s', undefined],
  ['9'.repeat(30), undefined],
])('%j is %s ms', (text, expected) => {
  expect(durationMs(text)).toBe(expected);
});
