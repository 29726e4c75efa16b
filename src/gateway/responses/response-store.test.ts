import { expect, test } from 'vitest';
import { VirtualClock } from '#core/virtual-clock.ts';
import { ResponseStore, type StoreLimits } from '#gateway/responses/response-store.ts';

const LIMITS: StoreLimits = { max: 3, bytes: 100_000, keepMs: 60_000 };

const world = (more: Partial<StoreLimits> = {}) => {
  const clock = new VirtualClock();
  const store = new ResponseStore({ ...LIMITS, ...more }, clock);
  const add = (id: string, bytes?: number) =>
    store.add(id, {
      owner: 'ann',
      deployment: 'd',
      ...(bytes !== undefined && { kept: { input: [], response: { id }, bytes } }),
    });
  const there = () => ['a', 'b', 'c', 'd'].filter((id) => store.get(id, 'ann')).join('');
  return { clock, store, add, there };
};

test('is its owner’s alone', () => {
  const { store, add } = world();
  add('a');
  expect(store.get('a', 'ann')).toMatchObject({ deployment: 'd' });
  expect(store.get('a', 'bob')).toBeUndefined();
  expect(store.isAnothers('a', 'bob')).toBe(true);
  expect(store.isAnothers('a', 'ann') || store.isAnothers('b', 'ann')).toBe(false);
  store.delete('a', 'bob');
  store.add('a', { owner: 'bob', deployment: 'e' });
  expect(store.get('a', 'bob')).toBeUndefined();
  expect(store.get('a', 'ann')).toBeDefined();
  store.delete('a', 'ann');
  expect(store.get('a', 'ann')).toBeUndefined();
});

test('the oldest go when there are too many', () => {
  const { add, there } = world();
  for (const id of ['a', 'b', 'c', 'd']) add(id);
  expect(there()).toBe('bcd');
  add('b');
  add('a');
  expect(there()).toBe('abd');
});

test('the oldest go when they take too much memory; one that is too large for all is not kept', () => {
  const { add, there } = world();
  add('a', 40_000);
  add('b', 40_000);
  add('c', 40_000);
  expect(there()).toBe('bc');
  add('d', 100_000);
  expect(there()).toBe('bc');
  add('b', 99_000);
  expect(there()).toBe('b');
});

test('they go when their time is over, and none are kept where the config wants none', async () => {
  const { clock, add, there } = world();
  add('a');
  await clock.advance(30_000);
  add('b');
  await clock.advance(30_000);
  expect(there()).toBe('b');
  const none = world({ max: 0 });
  none.add('a');
  expect(none.there()).toBe('');
});
