import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json } from '#core/json.ts';
import { DEFAULT_LIMITS } from '#flow/limits.ts';
import { asMarkdown, asText } from '#flow/show.ts';
import { fillTemplate, parseTemplate, selectorsOf } from '#flow/template.ts';
import { VariablePool } from '#flow/variables.ts';

const fill = (template: string, values: Record<string, Record<string, Json>>): string => {
  const pool = new VariablePool(DEFAULT_LIMITS);
  for (const [scope, named] of Object.entries(values)) pool.write(scope, named);
  const read = pool.read.bind(pool);
  return fillTemplate(parseTemplate(template), { read, show: asText, limitChars: 10_000 });
};

const long = (chars: number): string => 'a'.repeat(chars);

test.each([
  ['{{#sys.query#}}', ['sys.query']],
  ['a{{#1761054713585.text#}}b{{#llm.text#}}', ['1761054713585.text', 'llm.text']],
  ['{{#conversation.profile.name#}}', ['conversation.profile.name']],
  [`{{#${long(50)}.${long(30)}#}}`, [`${long(50)}.${long(30)}`]],
  ['{{{#a.b#}}}', ['a.b']],
  ['{{#a.b#}}{{#a.b#}}', ['a.b', 'a.b']],
  // What is none: blanks, hyphens, one part, a part that begins with a digit, parts that are too long.
  ['{{# sys.query #}}', []],
  ['{{#my-node.text#}}', []],
  ['{{#context#}}', []],
  ['{{#x.0#}}', []],
  ['{{sys.query}}', []],
  ['{{#a..b#}}', []],
  [`{{#${long(51)}.b#}}`, []],
  [`{{#a.${long(31)}#}}`, []],
  [`{{#a${'.b'.repeat(11)}#}}`, []],
])('references of %s', (template, names) => {
  expect(selectorsOf(parseTemplate(template)).map((selector) => selector.join('.'))).toEqual(names);
});

test('a template is filled, and what leads nowhere shows its own name', () => {
  const values = {
    sys: { query: 'Why?' },
    llm: { text: 'Because.', empty: null, data: { deep: { er: 1 } } },
  };
  expect(fill('Q: {{#sys.query#}}\nA: {{#llm.text#}}', values)).toBe('Q: Why?\nA: Because.');
  expect(fill('{{#llm.nope#}}|{{#ghost.text#}}', values)).toBe('llm.nope|ghost.text');
  expect(fill('[{{#llm.empty#}}]', values)).toBe('[]');
  expect(fill('{{#llm.data.deep.er#}} {{#llm.data.deep.no#}}', values)).toBe('1 llm.data.deep.no');
  expect(fill('{{#llm.text.length#}}', values)).toBe('llm.text.length');
  expect(fill('{{#llm.constructor#}}{{#sys.__proto__#}}', values)).toBe(
    'llm.constructorsys.__proto__',
  );
});

test('a literal piece that reads like a reference is looked up, as Dify does', () => {
  const values = { sys: { query: 'Why?' }, a: { b: 'B' } };
  expect(fill('sys.query', values)).toBe('Why?');
  expect(fill('{{#a.b#}}sys.query{{#a.b#}}', values)).toBe('BWhy?B');
  expect(fill('sys.query ', values)).toBe('sys.query ');
});

test('values show as Python would print them', () => {
  const shown: [Json, string][] = [
    [true, 'True'],
    [false, 'False'],
    [null, ''],
    ['', ''],
    [[], ''],
    [3, '3'],
    [-0.5, '-0.5'],
    [0.1 + 0.2, '0.30000000000000004'],
    [0.00001, '1e-05'],
    [1.5e-7, '1.5e-07'],
    [0.0001, '0.0001'],
    [1e21, '1000000000000000000000'],
    [1e100 + 0.5, BigInt(1e100).toString()],
    [['a', 1, true, null, {}], '["a", 1, true, null, {}]'],
    [{ キー: '値', n: [1, 2.5] }, '{"キー": "値", "n": [1, 2.5]}'],
    [{ quote: '"\\\n\u0001' }, '{"quote": "\\"\\\\\\n\\u0001"}'],
  ];
  for (const [value, text] of shown) expect(asText(value)).toBe(text);
});

test('an answer shows lists by items and objects indented', () => {
  expect(asMarkdown(['a', 2, { b: 1 }])).toBe('- a\n- 2\n- {"b": 1}');
  expect(asMarkdown({ b: [] })).toBe('{\n  "b": []\n}');
  expect(asMarkdown([])).toBe('');
  expect(asMarkdown('plain')).toBe('plain');
});

test('a template that multiplies its values is stopped at the limit', () => {
  const bomb = '{{#a.b#}}'.repeat(1000);
  expect(() => fill(bomb, { a: { b: long(1000) } })).toThrow('passes 10000 characters');
});

test('pieces put together again are the template', () => {
  const part = fc.oneof(
    fc.string(),
    fc.constantFrom('{{#', '#}}', '{{#a.b#}}', '{{#sys.query#}}', '{{#a.1#}}', '{', '.', 'a.b'),
  );
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      const template = parts.join('');
      const again = parseTemplate(template)
        .map((segment) => (segment.kind === 'text' ? segment.text : `{{#${segment.name}#}}`))
        .join('');
      expect(again).toBe(template);
    }),
  );
});

test('hostile templates are read in linear time', () => {
  for (const bait of ['{{#a', '{{#a.', '{{#a.b#', '{{#{', `{{#${long(50)}`, '#}}'])
    parseTemplate(bait.repeat(1_000_000 / bait.length));
}, 2000);
