import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseLooseJson } from '#flow/loose-json.ts';

test.each([
  ['{"a": 1}', { a: 1 }],
  ['Sure!\n```json\n{"a": [1, 2,], "b": null}\n```', { a: [1, 2], b: null }],
  ["{'a': 'x', b: True}", { a: 'x', b: true }],
  ['{"a": "say "hi" now"}', { a: 'say "hi" now' }],
  ['{"a": "cut o', { a: 'cut o' }],
  ['{"a": [1, {"b": 2', { a: [1, { b: 2 }] }],
  ['{"a": 1 // one\n, "b": 2}', { a: 1, b: 2 }],
  ['{"a": "line\nbreak", "b": "\\u00e9"}', { a: 'line\nbreak', b: 'é' }],
  ['no json', undefined],
])('%j', (text, expected) => {
  expect(parseLooseJson(text)).toEqual(expected);
});

test('whatever the text, it ends; and JSON stays what it is', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...Array.from('{}[],:"\'\\ \nab1')) }),
      (text) => {
        parseLooseJson(text);
      },
    ),
  );
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      expect(JSON.stringify(parseLooseJson(text))).toBe(text);
    }),
  );
});
