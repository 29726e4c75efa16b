import { expect, it } from 'vitest';
import { faultIn } from '#core/json-fault.ts';

const faultOf = (text: string): string | undefined => {
  try {
    JSON.parse(text);
  } catch (thrown) {
    return faultIn(text, thrown);
  }
  throw new Error('it is JSON');
};

it.each([
  ['{"a": NaN}', 'position 6'],
  ['{"a":tru}', 'position 8'],
  ['// a comment\n{}', 'position 0'],
  [`{"a":"${'x'.repeat(200)}", "b": Infinity, "c": "${'y'.repeat(200)}"}`, 'position 214'],
  ['{"a":1} x', 'position 8 (line 1 column 9)'],
  ['{"a":1,}', 'position 7 (line 1 column 8)'],
  ['{"a":', 'position 5, its end'],
  [' ', 'position 1, its end'],
])('says where %s breaks', (text, where) => {
  expect(faultOf(text)).toBe(where);
});

it('does not look for long', () => {
  expect(faultOf(`{"a":"${'x'.repeat(70_000)}", "b": NaN}`)).toBeUndefined();
});
