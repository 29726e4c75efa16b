import { expect, test } from 'vitest';
import { withTexts } from '#core/yaml-edit.ts';

const SECRET = ['env', 0, 'value'];

/** All that a text holds, with the secret out. */
const emptied = (source: string): string => withTexts(source, [[SECRET, '']]);

test('what is not changed stays as it was written', () => {
  const source = [
    '# a remark',
    'odd: [1e3, 0x1F, 12345678901234567890, yes, 1_000]',
    "text: 'a",
    '',
    "  b'",
    'folded: >-',
    '  one',
    '  two',
    'env:',
    '- name: S',
    '  value: hidden # why',
    '  value_type: secret',
    '',
  ].join('\r\n');
  expect(emptied(source)).toBe(source.replace('hidden', '""'));
});

test.each([
  ['env: [{value: hidden, n: 1}]', 'env: [{value: "", n: 1}]'],
  ['env:\n- value: |\n    hidden\n    more\n  n: 1\n', 'env:\n- value: ""\n  n: 1\n'],
  ['env:\n- value:\n    a: hidden\n  n: 1\n', 'env:\n- value:\n    ""\n  n: 1\n'],
  ['env:\n- value: "hidden"', 'env:\n- value: ""'],
  // Written elsewhere, or twice.
  ['x: &s hidden\nenv:\n- value: *s\n', 'x: &s ""\nenv:\n- value: *s\n'],
  ['x: &v {value: hidden}\nenv:\n- *v\n', 'x: &v {value: ""}\nenv:\n- *v\n'],
  [
    'x: &v {value: hidden}\nenv:\n- <<: *v\n  n: 1\n',
    'x: &v {value: ""}\nenv:\n- <<: *v\n  n: 1\n',
  ],
  ['env:\n- value: hidden\n  value: hidden\n', 'env:\n- value: ""\n  value: ""\n'],
  // Nothing to change.
  ['env:\n- value:\n  n: 1\n', 'env:\n- value:\n  n: 1\n'],
  ['env: none\n', 'env: none\n'],
])('%j becomes %j', (source, edited) => {
  expect(emptied(source)).toBe(edited);
});
