import { expect, test } from 'vitest';
import { EventClock } from '#core/event-clock.ts';

const chain = async (turns: number): Promise<void> => {
  if (turns > 0) await chain(turns - 1);
};

test('events come in the order of their instants, those of one instant as they were set', async () => {
  const clock = new EventClock();
  const seen: string[] = [];
  for (const [atMs, name] of [
    [30, 'd'],
    [10, 'a'],
    [20, 'b'],
    [20, 'c'],
  ] as const) {
    clock.at(atMs, () => seen.push(`${name}${clock.now()}`));
  }
  expect(await clock.run(25)).toBe(3);
  expect(seen).toEqual(['a10', 'b20', 'c20']);
  expect(clock.now()).toBe(25);
  await clock.run(100);
  expect(seen.at(-1)).toBe('d30');
});

test('promises settle between two events, however long their chain', async () => {
  const clock = new EventClock();
  const seen: string[] = [];
  clock.at(1, () => void chain(200).then(() => seen.push(`chain at ${clock.now()}`)));
  clock.at(2, () => seen.push('next'));
  await clock.run(10);
  expect(seen).toEqual(['chain at 1', 'next']);
});

test('what a settled promise sets still comes in its turn', async () => {
  const clock = new EventClock();
  const seen: number[] = [];
  clock.at(1, () => void chain(3).then(() => clock.after(1, () => seen.push(clock.now()))));
  clock.at(5, () => seen.push(clock.now()));
  await clock.run(10);
  expect(seen).toEqual([2, 5]);
});

test('a cancelled event does not happen', async () => {
  const clock = new EventClock();
  const seen: number[] = [];
  const cancel = clock.after(5, () => seen.push(5));
  clock.after(6, () => seen.push(6));
  cancel();
  await clock.run(10);
  expect(seen).toEqual([6]);
});

test('more events than one turn of the event loop takes', async () => {
  const clock = new EventClock();
  let left = 50_000;
  const again = (): void => void (--left > 0 && clock.after(1, again));
  clock.after(1, again);
  expect(await clock.run(1e9)).toBe(50_000);
});

test('a task that throws ends the run', async () => {
  const clock = new EventClock();
  clock.at(1, () => {
    throw new Error('broken');
  });
  await expect(clock.run(10)).rejects.toThrow('broken');
});
