import { expect, test } from 'vitest';
import { watchLoop } from '#server/loop-watch.ts';

test('a process that stood still says so once, with how long', () => {
  let now = 0;
  let tick = (): void => {};
  const clock = {
    now: () => now,
    wall: () => now,
    after: (delayMs: number, task: () => void) => {
      const due = now + delayMs;
      tick = (): void => {
        now = Math.max(now, due);
        task();
      };
      return () => (tick = (): void => {});
    },
  };
  const told: unknown[] = [];
  const write = (fields: object): void => void told.push(fields);
  const end = watchLoop(clock, { debug: write, info: write, warn: write, error: write });
  for (const lateMs of [0, 499, 5_000, 0]) {
    now += 1_000 + lateMs;
    tick();
  }
  expect(told).toEqual([{ heldMs: 5_000 }]);
  end();
  now += 60_000;
  tick();
  expect(told).toHaveLength(1);
});
