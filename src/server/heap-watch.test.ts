import { expect, test } from 'vitest';
import { VirtualClock } from '#core/virtual-clock.ts';
import { HeapWatch } from '#server/heap-watch.ts';

test('what a heap holds is looked at each second, and each change is told once', async () => {
  const clock = new VirtualClock();
  const told: string[] = [];
  const write = (_: object, text: string): void => void told.push(text);
  let full = 0.5;
  const log = { debug: write, info: write, warn: write, error: write };
  const watch = new HeapWatch({ clock, log, fullness: () => full });
  const after = async (next: number): Promise<string> => {
    full = next;
    await clock.advance(1_000);
    return watch.pressure;
  };
  expect(await after(0.84)).toBe('none');
  expect(await after(0.86)).toBe('some');
  expect(await after(0.87)).toBe('some');
  expect(await after(0.93)).toBe('much');
  expect(await after(0.2)).toBe('none');
  expect(told).toEqual([
    expect.stringContaining('memory runs short'),
    expect.stringContaining('nearly full'),
    expect.stringContaining('enough again'),
  ]);
  watch.end();
  expect(await after(0.99)).toBe('none');
});
