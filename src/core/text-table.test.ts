import { expect, test } from 'vitest';
import { textTable } from '#core/text-table.ts';

test('aligns columns and keeps no trailing spaces', () => {
  const rows = [
    ['name', 'calls', ''],
    ['a', '7', ''],
    ['longer', '1234', 'x'],
  ];
  expect(textTable(rows, { align: ['left', 'right'] })).toBe(
    ['name    calls', 'a           7', 'longer   1234  x'].join('\n'),
  );
});

test.each([
  ['要約', 4],
  ['ｶﾅ', 2],
  ['（全角）', 8],
  ['한글', 4],
  ['👩‍💻', 2],
  ['é', 1],
  ['が', 2],
  ['か\u3099', 2],
  ['𠮷', 2],
  ['', 0],
])('%s takes %i columns', (text, columns) => {
  expect(
    textTable([
      [text, '|'],
      ['12345678', '|'],
    ]).split('\n')[0],
  ).toBe(`${text}${' '.repeat(8 - columns)}  |`);
});

test('rows of different length and control characters', () => {
  expect(textTable([['a\nb'], ['c', 'd']])).toBe('a b\nc    d');
  expect(textTable([])).toBe('');
});
