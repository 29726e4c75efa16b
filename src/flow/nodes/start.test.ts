import { expect, test } from 'vitest';
import type { Json, JsonObject } from '#core/json.ts';
import start from '#flow/nodes/start.ts';

const accept = (variable: JsonObject, given: JsonObject): unknown =>
  start.accept?.(start.config.parse({ variables: [{ variable: 'v', ...variable }] }), given)['v'];

const one = (type: string, value: Json, more: JsonObject = {}): unknown =>
  accept({ type, ...more }, { v: value });

test('what is given is read by its kind', () => {
  expect(one('text-input', 'x')).toBe('x');
  expect(one('paragraph', '')).toBe('');
  expect(one('select', 'b', { options: ['a', 'b'] })).toBe('b');
  expect(one('number', 2.5)).toBe(2.5);
  expect(one('number', '12')).toBe(12);
  expect(one('number', ' ')).toBeNull();
  expect(one('checkbox', true)).toBe(true);
  expect(one('checkbox', 'off')).toBe(false);
  expect(one('json_object', { a: 1 })).toEqual({ a: 1 });
  expect(one('json_object', '{"a": 1}')).toEqual({ a: 1 });
  expect(one('json_object', ' ')).toBeNull();
});

test('what is not given is its default, or empty', () => {
  expect(accept({ type: 'text-input', default: 'd' }, {})).toBe('d');
  expect(accept({ type: 'number', default: '5' }, { v: null })).toBe(5);
  expect(accept({ type: 'select', default: '', options: ['a'] }, {})).toBeNull();
  expect(accept({ type: 'checkbox' }, {})).toBe(false);
  expect(accept({ type: 'paragraph' }, {})).toBeNull();
});

test.each([
  [{ type: 'text-input' }, { v: 3 }, 'must be a text'],
  [{ type: 'text-input', max_length: 3 }, { v: 'abcd' }, 'may have 3 characters at most'],
  [{ type: 'select', options: ['a', 'b'] }, { v: 'c' }, 'must be one of: a, b'],
  [{ type: 'number' }, { v: '1e' }, 'must be a number'],
  [{ type: 'number' }, { v: 'Infinity' }, 'must be a number'],
  [{ type: 'checkbox' }, { v: 'maybe' }, 'must be true or false'],
  [{ type: 'json_object' }, { v: [] }, 'must be an object'],
  [{ type: 'json_object' }, { v: '[1]' }, 'must be an object'],
  [{ type: 'json_object' }, { v: '{a' }, 'must be an object'],
])('%j given %j', (variable, given, message) => {
  expect(() => accept(variable, given as JsonObject)).toThrow(
    expect.objectContaining({
      code: 'invalid_request',
      param: 'inputs.v',
      message: `The input \`v\` ${message}.`,
    }),
  );
});

test.each([{}, { v: null }])(
  'what must be given and is %j is told in the words of Dify',
  (given) => {
    const variable = { type: 'text-input', required: true, default: 'd' };
    expect(() => accept(variable, given)).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        param: 'inputs.v',
        message: 'v is required in input form',
      }),
    );
  },
);

test('length counts characters, and names from outside are only names', () => {
  expect(one('text-input', '😀😀😀', { max_length: 3 })).toBe('😀😀😀');
  const config = start.config.parse({ variables: [{ variable: '__proto__', type: 'text-input' }] });
  const accepted = start.accept?.(config, JSON.parse('{"__proto__":"x","undeclared":1}'));
  expect(Object.entries(accepted ?? {})).toEqual([['__proto__', 'x']]);
});
