import { expect, it } from 'vitest';
import { VirtualClock } from '#core/virtual-clock.ts';
import { SLOW_MS, SlowWatch } from '#store/slow-watch.ts';

const world = () => {
  const clock = new VirtualClock();
  const told: string[] = [];
  const watch = new SlowWatch({
    clock,
    slow: () => void told.push('slow'),
    quick: () => void told.push('quick'),
  });
  const write = (ms: number) =>
    watch.time(() => new Promise<void>((resolve) => void clock.after(ms, resolve)));
  return { clock, told, watch, write };
};

it('tells of a write that does not end while it is under way, once, and of the next quick one', async () => {
  const { clock, told, watch, write } = world();
  const first = write(5_000);
  await clock.advance(SLOW_MS - 1);
  expect(told).toEqual([]);
  await clock.advance(1);
  expect([told, watch.isSlow, watch.lastMs]).toEqual([['slow'], true, SLOW_MS]);
  await clock.advance(5_000);
  await first;
  expect(watch.lastMs).toBe(5_000);
  const second = write(SLOW_MS);
  await clock.advance(SLOW_MS);
  await second;
  expect(told).toEqual(['slow']);
  const third = write(SLOW_MS - 1);
  await clock.advance(SLOW_MS);
  await third;
  expect([told, watch.isSlow]).toEqual([['slow', 'quick'], false]);
});

it('learns nothing of one that fails', async () => {
  const { clock, told, watch, write } = world();
  const slow = write(3_000);
  await clock.advance(3_000);
  await slow;
  await expect(watch.time(() => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
  expect([told, watch.isSlow, watch.lastMs]).toEqual([['slow'], true, 3_000]);
});
