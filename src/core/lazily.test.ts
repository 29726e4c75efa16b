import { expect, test } from 'vitest';
import { lazily } from '#core/lazily.ts';

test('it is loaded when it is first asked for, and once for all', async () => {
  let loads = 0;
  const lazy = lazily(async () => ({ load: ++loads }));
  expect(loads).toBe(0);
  const [first, second] = await Promise.all([lazy(), lazy()]);
  expect(second).toBe(first);
  expect(await lazy()).toBe(first);
  expect(loads).toBe(1);
});

test('whoever waits hears why it failed, and the next one has it tried again', async () => {
  let loads = 0;
  const lazy = lazily(async () => {
    if (++loads === 1) throw new Error('the disk is away');
    return loads;
  });
  const both = await Promise.allSettled([lazy(), lazy()]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await expect(Promise.resolve(both)).resolves.toMatchObject([
    { reason: new Error('the disk is away') },
    { reason: new Error('the disk is away') },
  ]);
  expect(await lazy()).toBe(2);
});
