import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SpillwayError } from '#core/errors.ts';
import type { JsonObject } from '#core/json.ts';
import { renderJinja } from '#flow/jinja.ts';

const values = {
  yes: true,
  none: null,
  map: { k: 'v', list: [1, 2.5] },
  order: { z: 1, a: 2 },
  list: ['a', 'b', null, true],
  text: 'hé"y',
  quote: "it's",
};

const render = (template: string): string => renderJinja({ template, values, limitChars: 1000 });

// What Python's Jinja 3.1.6 prints for the same templates and values.
test.each([
  ['{{ yes }} {{ none }} {{ missing }}|', 'True None |'],
  ['{{ map }}', "{'k': 'v', 'list': [1, 2.5]}"],
  ['{{ list }} {{ quote }} {{ [quote] }}', `['a', 'b', None, True] it's ["it's"]`],
  ['{{ map|tojson }} {{ text|tojson }}', '{"k": "v", "list": [1, 2.5]} "h\\u00e9\\"y"'],
  ["{{ '<b>' | tojson }} {{ '<b>' }}", '"\\u003cb\\u003e" <b>'],
  ["{{ list|join('-') }}", 'a-b-None-True'],
  ['{% for k, v in map.items() %}{{ k }}={{ v }};{% endfor %}', 'k=v;list=[1, 2.5];'],
  ["{{ map.get('k') }} {{ map.get('z', 'q') }} {{ map.get('z') }}", 'v q None'],
  ["{{ '%s-%03d %.2f%%'|format('a', 7, 1.5) }}", 'a-007 1.50%'],
  ['{{ 7 / 2 }} {{ 7 // 2 }} {{ 6 / 2 }} {{ 2 ** 3 }}', '3.5 3 3.0 8'],
  ['{{ yes|string }} {{ list|length }} {{ list[1:3] }}', "True 4 ['b', None]"],
  ["{{ missing|default('z') }} {{ yes and 'on' or 'off' }}", 'z on'],
  ['a\n{% if yes %}\nb\n{% endif %}\nc\n', 'a\n\nb\n\nc'],
  ['{% raw %}{{ yes }}{% endraw %}{# {{ yes }} #} {{- yes -}} |', '{{ yes }}True|'],
  ["{{ {'a': 1}.a }} {{ '}}' }}", '1 }}'],
  ['{% macro m(x) %}<{{ x }}>{% endmacro %}{{ m(yes) }}', '<True>'],
  [
    '{% set ns = namespace(n=0) %}{% for i in range(3) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}',
    '3',
  ],
  ['{% for x in list %}{{ loop.index }}{{ "," if not loop.last }}{% endfor %}', '1,2,3,4'],
  ["{{ text.upper() }} {{ 'a b'|title }} {{ ' x '|trim }}", 'HÉ"Y A B x'],
  // Dictionaries keep their order, pairs are tuples.
  ['{{ order }} {{ order.items()|list }}', "{'z': 1, 'a': 2} [('z', 1), ('a', 2)]"],
  ['{{ order|dictsort }} {{ 1e16 }} {{ 1e400 }}', "[('a', 2), ('z', 1)] 1e+16 inf"],
  ['{{ unfinished', '{{ unfinished'],
])('%j', (template, expected) => {
  if (template === '{{ unfinished') expect(() => render(template)).toThrow('The template is wrong');
  else expect(render(template)).toBe(expected);
});

// The same, at length: templates, and what that Jinja printed for them, or said of them.
const table = JSON.parse(
  readFileSync(new URL('./jinja/cases.json', import.meta.url), 'utf8'),
) as Readonly<Record<'cases' | 'refused', [template: string, said: string][]>> & {
  readonly values: JsonObject;
};

test.each(table.cases)('%j, as Jinja does', (template, printed) => {
  expect(renderJinja({ template, values: table.values, limitChars: 10_000 })).toBe(printed);
});

test.each(table.refused)('%j is refused in the words of Jinja', (template, said) => {
  expect(() => renderJinja({ template, values: table.values, limitChars: 10_000 })).toThrow(
    expect.objectContaining({
      code: 'node_failed',
      message: `The template is wrong: ${said} (line 1)`,
    }),
  );
});

test('an error names its line', () => {
  expect(() => render('a\n{{ yes }}\n{% if yes %}\n{{ none.x.y }}{% endif %}')).toThrow('(line 4)');
  expect(() => render('a\n\n{% for x %}')).toThrow('(line 3)');
});

test.each([
  ["{{ '{:>6}|{:<4}|{:^5}|{:05d}|{:,}|{:.1%}' .format('a', 'b', 'c', 42, 1234567, 0.256) }}"],
  ['{{ "%s" | format("a" * 500) | truncate(300, leeway=0) | length }}'],
])('%j ends, whatever it is given', (template) => {
  expect(render(template)).not.toBe('');
});

test('a template that loops without end is stopped', () => {
  const loop = '{% for i in range(99999) %}';
  expect(() => render(`${loop}${loop}{% endfor %}{% endfor %}`)).toThrow(
    expect.objectContaining({ code: 'too_large' }),
  );
  expect(() => render('{{ "x" * 2000 }}')).toThrow('more than 1000 characters');
});

/** Values that hold the one before twice: a line prints more than there is room for anywhere. */
const DOUBLED =
  '{% set ns = namespace(s=[1], t=[1], u=(1,)) %}{% for i in range(99) %}' +
  '{% set ns.s = [ns.s, ns.s] %}{% set ns.t = [ns.t, ns.t] %}{% set ns.u = (ns.u, ns.u) %}{% endfor %}';

test.each([
  ['{{ "x" * 10 ** 9 }}'],
  ['{{ [1] * 10 ** 9 }}'],
  ['{{ range(10 ** 12)|list }}'],
  ['{% for i in range(10 ** 12) %}{% endfor %}'],
  ['{{ "x".center(10 ** 9) }}{{ "x"|center(10 ** 9) }}'],
  ['{{ "{:999999}"|replace("9", "x" * 100000)|replace("x", "y" * 100000) }}'],
  ['{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}'],
  [
    '{% set ns = namespace(s="x") %}{% for i in range(99) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}',
  ],
  ['{% set xs = [1] %}{% for i in range(99) %}{% set _ = xs.extend(xs) %}{% endfor %}'],
  ['{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}'],
  ['{% set x = "1" * 4000 %}{% for i in range(99999) %}{% set y = x|int %}{% endfor %}'],
  ['{% set x = "x" * 10 ** 6 %}{% for i in range(99999) %}{% set y = x is lower %}{% endfor %}'],
  ['{% set x = "x" * 10 ** 6 %}{% for i in range(99999) %}{% set y = "y" in x %}{% endfor %}'],
  ['{% set x = range(9999)|list %}{% for i in x %}{% set y = x.index(9998) %}{% endfor %}'],
  ['{% set x = range(9999)|list %}{% for i in x %}{% set y = x.copy() %}{% endfor %}'],
  ['{% for i in range(99999) %}{% set y = 3 ** 4000 %}{% endfor %}'],
  [
    '{% set x, y = "x" * 10 ** 6, "x" * 10 ** 6 %}{% for i in range(99999) %}{% set z = x < y %}{% endfor %}',
  ],
  [`${DOUBLED}{{ ns.s }}`],
  [`${DOUBLED}{{ ns.s|tojson }}`],
  [`${DOUBLED}{{ ns.s|pprint }}`],
  [`${DOUBLED}{{ ns.s == ns.t }}`],
  [`${DOUBLED}{{ ns.s < ns.t }}`],
  [`${DOUBLED}{{ { ns.u: 1 } }}`],
])('%j is too much', (template) => {
  expect(() => render(template)).toThrow(expect.objectContaining({ code: 'too_large' }));
});

test.each([
  ['{{ 10 ** (10 ** 10) }}'],
  ['{{ 7 ** 99999 }}'],
  ['{% set xs = [] %}{% set _ = xs.append(xs) %}{{ xs }}{{ xs|tojson }}'],
  [`{{ ${'('.repeat(5000)}1${')'.repeat(5000)} }}`],
  ['{% if yes %}'.repeat(5000)],
])('%j is refused', (template) => {
  expect(() => render(template)).toThrow(expect.objectContaining({ code: 'node_failed' }));
});

test.each([
  ['{{ ("<" * 10 ** 6)|striptags|length }}', '1000000'],
  ['{{ ("<!--" * 10 ** 5)|striptags|length }}', '400000'],
  ['{{ ("a" * 10 ** 5)|wordwrap(1)|length }}', '199999'],
  ['{{ ("-" * 10 ** 5)|wordwrap(5)|length }}', '119999'],
  ['{{ range(10 ** 12) == range(10 ** 12) }}', 'True'],
])('%j goes through a long text but once', (template, printed) => {
  expect(render(template)).toBe(printed);
});

test('a template reaches nothing of the program that renders it', () => {
  for (const path of [
    '[].constructor',
    'text.constructor',
    'map.__proto__',
    'map["constructor"]',
    'text.__class__',
    'range.constructor',
    'namespace().constructor',
    'map.items.call',
    'list.length',
    'list|attr("constructor")',
    'text|attr("__class__")',
  ])
    expect(render(`{{ ${path} }}`)).toBe('');
  expect(() => render('{{ text.constructor.constructor("x") }}')).toThrow('no attribute');
  expect(() => render('{{ text|constructor }}{{ text is toString }}')).toThrow('No filter named');
  expect(() => render('{{ missing.deeper }}')).toThrow("'missing' is undefined");
});

const piece = fc.constantFrom(
  ...'{{ }} {% %} {# #} - + if else elif endif for in endfor set endset macro endmacro ( ) [ ] { } , . : | = == < ~ ** // % is not and or'.split(
    ' ',
  ),
  ...'list map text 1 2.5 "a" loop range join sort tojson items format upper none'.split(' '),
);

test('whatever a template says, it prints or is refused with a reason', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      try {
        render(pieces.join(' '));
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(SpillwayError);
        expect(['node_failed', 'too_large']).toContain((thrown as SpillwayError).code);
      }
    }),
    { numRuns: 300 },
  );
});
