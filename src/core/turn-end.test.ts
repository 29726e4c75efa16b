import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { type Step, atTurnEnd } from '#core/turn-end.ts';

/** One more than are left for the end of a turn. */
const MANY = 257;

it('does what was asked for in its order, after all that goes on in the turn', async () => {
  const seen: string[] = [];
  atTurnEnd('answer', () => seen.push('first'));
  process.nextTick(() => {
    atTurnEnd('answer', () => seen.push('third'));
    seen.push('tick');
  });
  atTurnEnd('answer', () => seen.push('second'));
  await nextTurn();
  expect(seen).toEqual(['tick', 'first', 'second', 'third']);
});

it('does the steps one after the other, whichever was asked for first', async () => {
  const seen: string[] = [];
  const steps: Step[] = ['labour', 'send', 'begin', 'answer', 'settle'];
  for (const round of [1, 2])
    for (const step of steps) atTurnEnd(step, () => seen.push(`${step} ${round}`));
  await nextTurn();
  await nextTurn();
  expect(seen).toEqual(steps.toReversed().flatMap((step) => [`${step} 1`, `${step} 2`]));
});

it('does what promises lead to before the next step, and what that asks for in the same turn', async () => {
  const seen: string[] = [];
  const begun = Promise.withResolvers<void>();
  const goesOn = async (): Promise<void> => {
    await begun.promise;
    await Promise.resolve();
    seen.push('led to');
    atTurnEnd('send', () => seen.push('send'));
  };
  void goesOn();
  atTurnEnd('labour', () => seen.push('labour'));
  atTurnEnd('begin', () => begun.resolve());
  setImmediate(() => seen.push('next turn'));
  await nextTurn();
  await nextTurn();
  expect(seen).toEqual(['led to', 'send', 'labour', 'next turn']);
});

it.each<Step>(['send', 'answer'])('does what leads back to %s in the turn after', async (step) => {
  const seen: string[] = [];
  atTurnEnd('send', () => {
    atTurnEnd(step, () => seen.push('later'));
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
    for (let i = 0; i < MANY; i++) atTurnEnd('answer', () => seen.push(`task ${i}`));
    expect(seen).toEqual([]);
    process.nextTick(() => seen.push('tick'));
  });
  await nextTurn();
  const tasks = Array.from({ length: MANY }, (_, i) => `task ${i}`);
  expect(seen).toEqual([...tasks, 'tick']);
});

it.each<Step>(['answer', 'begin'])('lets nobody suffer for one of %s that throws', async (step) => {
  const seen: string[] = [];
  const thrown = new Promise((resolve) => {
    process.setUncaughtExceptionCaptureCallback(resolve);
  });
  try {
    atTurnEnd(step, () => {
      throw new Error('broken');
    });
    atTurnEnd(step, () => seen.push('after'));
    atTurnEnd('labour', () => seen.push('another'));
    expect(await thrown).toEqual(new Error('broken'));
    await nextTurn();
    await nextTurn();
    expect(seen).toEqual(['another', 'after']);
  } finally {
    process.setUncaughtExceptionCaptureCallback(null);
  }
});
