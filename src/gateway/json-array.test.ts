import { describe, expect, test } from 'vitest';
import { JsonArray } from '#gateway/json-array.ts';

const whole = (...pieces: string[]): unknown => {
  const array = new JsonArray(1000);
  const text = pieces.map((piece) => array.write(Buffer.from(piece))).join('') + array.end();
  return JSON.parse(text);
};

describe('a stream as one array', () => {
  test('has each event’s data for an element', () => {
    expect(whole('data: {"a":1}\n\ndata: {"b":"日本"}\n\n', 'data: {"c":[]}\n\n')).toEqual([
      { a: 1 },
      { b: '日本' },
      { c: [] },
    ]);
  });

  test('is an array also where nothing, or only a comment, has come', () => {
    expect(whole()).toEqual([]);
    expect(whole(': waiting\n\n')).toEqual([]);
  });

  test('tells each element as soon as it is whole', () => {
    const array = new JsonArray(1000);
    expect(array.write('data: {"a":1}\n\n')).toBe('[{"a":1}');
    expect(array.write('data: {"b":2}\n\n')).toBe(',\r\n{"b":2}');
    expect(array.end()).toBe(']');
  });
});
