import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readCsv } from '#core/csv.ts';

const rows = (text: string) => [...readCsv(text)].map(({ fields }) => fields);

it.each([
  ['', []],
  [
    'a,b\n1,2\n',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    'a,b\r\n1,\r\n',
    [
      ['a', 'b'],
      ['1', ''],
    ],
  ],
  ['\ufeffa\n\n\nb', [['a'], ['b']]],
  ['"a, ""b""",c', [['a, "b"', 'c']]],
  [
    '"a\nb",c\nd,e',
    [
      ['a\nb', 'c'],
      ['d', 'e'],
    ],
  ],
  [',\n', [['', '']]],
  ['"never closed,1\n2', [['never closed,1\n2']]],
  ['"a"x,b', [['a', 'b']]],
])('%j', (text, expected) => {
  expect(rows(text)).toEqual(expected);
});

it('says at which line each record begins', () => {
  const records = [...readCsv('a,b\n\n"x\ny\nz",1\nlast,2')];
  expect(records.map(({ line }) => line)).toEqual([1, 3, 6]);
});

it('reads back what was written', () => {
  const field = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r\n', ' ', 'é') });
  const table = fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { maxLength: 5 });
  fc.assert(
    fc.property(table, (written) => {
      const text = written
        .map((row) => row.map((value) => `"${value.replaceAll('"', '""')}"`).join(','))
        .join('\n');
      expect(rows(text)).toEqual(written);
    }),
  );
});
