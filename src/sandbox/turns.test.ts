import { expect, test } from 'vitest';
import { Turns } from '#sandbox/turns.ts';

const lineOf = (most: number) => {
  const refused: string[] = [];
  const turns = new Turns<ReturnType<typeof jobOf>>(most);
  const jobOf = (name: string, signal = new AbortController().signal) => ({
    name,
    owner: name[0]!,
    signal,
    reject: (error: Error) => void refused.push(`${name}: ${error.message}`),
  });
  const add = (name: string, signal?: AbortSignal) => turns.add(jobOf(name, signal));
  const rest = () => {
    const names: string[] = [];
    while (turns.size > 0) names.push(turns.take()!.name);
    return names.join(' ');
  };
  return { turns, add, rest, refused };
};

test('owners take turns, and one owner’s own goes in its order', () => {
  const { add, rest, turns } = lineOf(100);
  for (const name of ['a1', 'a2', 'a3', 'a4', 'b1', 'c1', 'c2']) add(name);
  expect(turns.take()?.name).toBe('a1');
  add('d1');
  add('b2');
  expect(rest()).toBe('b1 c1 a2 d1 b2 c2 a3 a4');
  expect(turns.take()).toBeUndefined();
});

test('one owner’s next may be taken out of turn, and costs that owner the turn', () => {
  const { add, rest, turns } = lineOf(100);
  for (const name of ['a1', 'b1', 'b2', 'c1']) add(name);
  expect(turns.take('b')?.name).toBe('b1');
  expect(turns.take('x')).toBeUndefined();
  expect(rest()).toBe('a1 c1 b2');
});

test('where too many wait, who floods the line is refused and not who comes after', () => {
  const { add, rest, refused } = lineOf(3);
  for (const name of ['a1', 'a2', 'a3', 'a4', 'b1', 'b2']) add(name);
  const why = 'Too much code is waiting to be run; try again.';
  expect(refused).toEqual([`a4: ${why}`, `a3: ${why}`, `b2: ${why}`]);
  expect(rest()).toBe('a1 b1 a2');
});

test('whose signal ends leaves the line at once', () => {
  const { add, rest, refused, turns } = lineOf(2);
  const over = new AbortController();
  add('a1', over.signal);
  add('a2');
  over.abort(new Error('stopped'));
  expect(turns.size).toBe(1);
  add('a3', over.signal);
  expect(refused).toEqual(['a1: stopped', 'a3: stopped']);
  expect(rest()).toBe('a2');
});
