import { afterEach } from 'vitest';

/** How to close what the tests of one file have opened: done after each of them, the last first. */
export const closedAfterEach = (): (() => Promise<void>)[] => {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close();
  });
  return closing;
};
