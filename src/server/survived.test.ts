import { afterEach, expect, it } from 'vitest';
import { VirtualClock } from '#core/virtual-clock.ts';
import { Survived } from '#server/survived.ts';

let survived: Survived | undefined;
afterEach(() => survived?.end());

const begin = () => {
  const clock = new VirtualClock();
  const told: { readonly fields: object; readonly text: string }[] = [];
  const write = (fields: object, text: string): void => void told.push({ fields, text });
  const log = { debug: write, info: write, warn: write, error: write };
  const ended: number[] = [];
  survived = new Survived({ clock, log, giveUp: () => void ended.push(clock.now()) });
  survived.begin();
  const reject = process.listeners('unhandledRejection').at(-1)!;
  const raise = process.listeners('uncaughtException').at(-1)!;
  return {
    survived,
    clock,
    told,
    ended,
    reject: (reason: unknown): void => reject(reason, Promise.resolve()),
    raise: (error: Error): void => raise(error, 'uncaughtException'),
  };
};

it('tells of a task that failed with nobody waiting, counts it, and lets the process live', () => {
  const before = process.listenerCount('unhandledRejection');
  const { survived: its, told, ended, reject, raise } = begin();
  reject(new Error('a key sk-abcdefgh12345 in a text'));
  raise(new Error('at http://10.0.0.7/v1'));
  reject(undefined);
  expect(its.counts).toEqual({ rejection: 2, exception: 1 });
  expect(told.map(({ fields }) => fields)).toEqual([
    { cause: expect.stringContaining('a key [key] in a text') },
    { cause: expect.stringContaining('at [address]') },
    { cause: 'undefined' },
  ]);
  expect(ended).toEqual([]);
  its.end();
  expect(process.listenerCount('unhandledRejection')).toBe(before);
});

it('ends a process that does little else', async () => {
  const { clock, told, ended, raise } = begin();
  for (let minute = 0; minute < 3; minute++) {
    for (let i = 0; i < 99; i++) raise(new Error('again'));
    await clock.advance(60_000);
  }
  expect(ended).toEqual([]);
  for (let i = 0; i < 100; i++) raise(new Error('again'));
  expect(ended).toEqual([180_000]);
  expect(told.at(-1)!.text).toContain('100th within a minute');
});
