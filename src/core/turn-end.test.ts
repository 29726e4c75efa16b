import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { atTurnEnd } from '#core/turn-end.ts';

it('does what was asked for in its order, after all that goes on in the turn', async () => {
  const seen: string[] = [];
  atTurnEnd(() => seen.push('first'));
  process.nextTick(() => {
    atTurnEnd(() => seen.push('third'));
    seen.push('tick');
  });
  atTurnEnd(() => seen.push('second'));
  await nextTurn();
  expect(seen).toEqual(['tick', 'first', 'second', 'third']);
});

it('does what a task asks for in the turn after', async () => {
  const seen: string[] = [];
  atTurnEnd(() => {
    atTurnEnd(() => seen.push('later'));
    seen.push('now');
  });
  await nextTurn();
  expect(seen).toEqual(['now']);
  await nextTurn();
  expect(seen).toEqual(['now', 'later']);
});

it('leaves no more than some for the end of a long turn', async () => {
  const seen: string[] = [];
  process.nextTick(() => {
    for (let i = 0; i < 30; i++) atTurnEnd(() => seen.push(`task ${i}`));
    expect(seen).toEqual([]);
    process.nextTick(() => seen.push('tick'));
  });
  await nextTurn();
  const tasks = Array.from({ length: 30 }, (_, i) => `task ${i}`);
  expect(seen).toEqual([...tasks, 'tick']);
});

it('lets nobody suffer for one that throws', async () => {
  const seen: string[] = [];
  const thrown = new Promise((resolve) => {
    process.setUncaughtExceptionCaptureCallback(resolve);
  });
  try {
    atTurnEnd(() => {
      throw new Error('broken');
    });
    atTurnEnd(() => seen.push('after'));
    expect(await thrown).toEqual(new Error('broken'));
    await nextTurn();
    expect(seen).toEqual(['after']);
  } finally {
    process.setUncaughtExceptionCaptureCallback(null);
  }
});
