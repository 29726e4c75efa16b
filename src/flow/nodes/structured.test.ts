import { expect, test } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import { structuredOutput } from '#flow/nodes/structured.ts';

const SCHEMA: JsonObject = {
  type: 'object',
  properties: {
    name: { type: 'string', pattern: '^(a+)+$' },
    age: { type: 'integer', minimum: 0 },
    kind: { type: 'string', enum: ['cat', 'dog'] },
    tags: { type: 'array', items: { type: 'string' } },
    more: { type: ['object', 'null'], properties: { deep: { type: 'boolean' } } },
  },
  required: ['name', 'kind'],
};

test.each([
  ['{"name": "Tama", "kind": "cat", "age": 3, "tags": ["a"], "extra": 1}'],
  ['```json\n{"name": "Tama", "kind": "cat",}\n```'],
  ['<think>{"no": 1}</think>{name: "Tama", kind: "cat", more: null}'],
])('%j fits, mended where it is nearly right', (text) => {
  expect(structuredOutput(text, SCHEMA)).toMatchObject({ name: 'Tama', kind: 'cat' });
});

test.each([
  ['', 'the model answered nothing'],
  ['I am sorry.', 'with something other than JSON'],
  ['[1, 2]', 'with something other than JSON'],
  ['{"kind": "cat"}', 'name: '],
  ['{"name": "Tama", "kind": "cow"}', 'kind: '],
  ['{"name": "Tama", "kind": "cat", "age": "three"}', 'age: '],
  ['{"name": "Tama", "kind": "cat", "age": 1.5}', 'age: '],
  ['{"name": "Tama", "kind": "cat", "tags": [1]}', 'tags.0: '],
  ['{"name": "Tama", "kind": "cat", "more": {"deep": "secret-word"}}', 'more'],
])('%j does not, and it says where', (text, said) => {
  const task = () => structuredOutput(text, SCHEMA);
  expect(task).toThrow(`Failed to parse structured output: `);
  expect(task).toThrow(said);
  expect(task).not.toThrow('secret-word');
});

test('a schema that is none, endless or hostile stops nobody', () => {
  const deep = Array.from({ length: 200 }).reduce<JsonObject>(
    (inner) => ({ type: 'object', properties: { a: inner } }),
    { type: 'string' },
  );
  for (const schema of [{ type: 'nonsense' }, { $ref: '#/definitions/none' }, deep])
    expect(structuredOutput('{"a": 1}', schema)).toEqual({ a: 1 });
  const name = `${'a'.repeat(40)}!`;
  expect(structuredOutput(JSON.stringify({ name, kind: 'dog' }), SCHEMA)).toMatchObject({ name });
});
