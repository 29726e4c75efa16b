import { spawn } from 'node:child_process';
import { afterAll, expect, test } from 'vitest';
import { systemClock } from '#core/clock.ts';
import { watchMemory } from '#sandbox/memory-watch.ts';

const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)']);
afterAll(() => child.kill());

const isLinux = process.platform === 'linux';

/** Of a process of some tens of megabytes: whether it was said to have too much. */
const watched = async (limitBytes: number, untilMs: number): Promise<boolean> => {
  const found = Promise.withResolvers<boolean>();
  const leave = watchMemory({
    clock: systemClock,
    pid: child.pid,
    limitBytes,
    tooMuch: () => found.resolve(true),
  });
  systemClock.after(untilMs, () => found.resolve(false));
  return await found.promise.finally(leave);
};

test.runIf(isLinux)('a process that holds more than it may is found, and only that', async () => {
  expect(await watched(1024 * 1024, 10_000)).toBe(true);
  expect(await watched(4 * 1024 ** 3, 300)).toBe(false);
});
