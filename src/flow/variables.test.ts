import { expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '#flow/limits.ts';
import { VariablePool } from '#flow/variables.ts';

const poolOf = (nodeChars: number, runChars: number): VariablePool =>
  new VariablePool({ ...DEFAULT_LIMITS, nodeChars, runChars });

test('values are read by scope and name, and objects entered by key', () => {
  const pool = poolOf(1000, 1000);
  pool.write('llm', { text: 'a', data: { list: [1], deep: { x: 1 } } });
  expect(pool.read(['llm', 'text'])).toBe('a');
  expect(pool.read(['llm', 'data', 'deep', 'x'])).toBe(1);
  expect(pool.read(['llm', 'data', 'list', '0'])).toBeUndefined();
  expect(pool.read(['llm', 'data', '__proto__'])).toBeUndefined();
  expect(pool.read(['llm', 'toString'])).toBeUndefined();
  expect(pool.read(['__proto__', 'toString'])).toBeUndefined();
});

test('a fork goes its own way', () => {
  const pool = poolOf(1000, 1000);
  pool.write('a', { x: 1 });
  const fork = pool.fork();
  fork.write('a', { x: 2 });
  pool.write('a', { y: 3 });
  expect([pool.read(['a', 'x']), fork.read(['a', 'x']), fork.read(['a', 'y'])]).toEqual([
    1,
    2,
    undefined,
  ]);
});

test('one node and the whole run may hold so much and no more', () => {
  const pool = poolOf(100, 150);
  expect(() => pool.write('a', { x: 'x'.repeat(101) })).toThrow('one node may hold 100');
  pool.write('a', { x: 'x'.repeat(100) });
  expect(() => pool.write('b', { x: 'x'.repeat(51) })).toThrow('one run may hold 150');
  // What is written over no longer counts.
  pool.write('a', { x: 'x'.repeat(50) });
  pool.write('b', { x: 'x'.repeat(90) });
  const deep = { list: ['x'.repeat(60), { key: 'x'.repeat(60) }] };
  expect(() => pool.fork().write('c', deep)).toThrow('one node may hold 100');
});
