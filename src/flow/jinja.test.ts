import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import { renderJinja } from '#flow/jinja.ts';

const values = {
  yes: true,
  none: null,
  map: { k: 'v', list: [1, 2.5] },
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
  ['{{ unfinished', '{{ unfinished'],
])('%j', (template, expected) => {
  if (template === '{{ unfinished') expect(() => render(template)).toThrow('The template is wrong');
  else expect(render(template)).toBe(expected);
});

// The same, at length: templates, and what that Jinja printed for them.
const table = JSON.parse(readFileSync(new URL('./jinja-cases.json', import.meta.url), 'utf8')) as {
  readonly values: JsonObject;
  readonly cases: [template: string, printed: string][];
};

test.each(table.cases)('%j, as Jinja does', (template, printed) => {
  expect(renderJinja({ template, values: table.values, limitChars: 10_000 })).toBe(printed);
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

test('a template reaches nothing of the program that renders it', () => {
  for (const template of ['{{ [].constructor }}', '{{ text.constructor.constructor("x") }}'])
    expect(() => expect(render(template)).toBe('')).not.toThrow(/internal/);
  expect(() => render('{{ missing.deeper }}')).toThrow('undefined value');
});
