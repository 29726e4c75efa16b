import { expect, it } from 'vitest';
import { surviveRejections } from '#server/rejections.ts';

it('tells of a task that failed with nobody waiting, and lets the process live', () => {
  const told: object[] = [];
  const write = (fields: object): void => void told.push(fields);
  const before = process.listenerCount('unhandledRejection');
  const end = surviveRejections({ debug: write, info: write, warn: write, error: write });
  const own = process.listeners('unhandledRejection').at(-1)!;
  own(new Error('a key sk-abcdefgh12345 in a text'), Promise.resolve());
  expect(told).toEqual([{ cause: expect.stringContaining('a key [key] in a text') }]);
  end();
  expect(process.listenerCount('unhandledRejection')).toBe(before);
});
