import type { Worker } from 'node:worker_threads';
import { afterAll, expect, test } from 'vitest';
import { systemClock } from '#core/clock.ts';
import { Threads } from '#sandbox/threads.ts';

const threads = new Threads({ clock: systemClock, threads: 1, waiting: 5 });
afterAll(() => threads.close());

const signal = new AbortController().signal;
const render = (template: string, owner = '') =>
  threads.perform(
    { kind: 'jinja', job: { template, values: {}, limitChars: 100 } },
    { owner, limitMs: 60_000, signal },
  );

test('a thread that breaks while nobody uses it takes nobody along, and is waited for by nobody', async () => {
  const begun: Worker[] = [];
  const note = (worker: Worker): void => void begun.push(worker);
  process.on('worker', note);
  try {
    expect(await render('one')).toEqual({ kind: 'text', text: 'one' });
    begun[0]!.emit('error', new Error('left behind'));
    expect(await render('two')).toEqual({ kind: 'text', text: 'two' });
    await begun[1]!.terminate();
    expect(await render('three')).toEqual({ kind: 'text', text: 'three' });
    expect(begun).toHaveLength(3);
    await begun[0]!.terminate();
  } finally {
    process.off('worker', note);
  }
});

test('one app that asks for much keeps no other waiting for all of it', async () => {
  await render('a thread');
  const done: string[] = [];
  const note = async (text: string, owner: string): Promise<void> => {
    await render(text, owner);
    done.push(text);
  };
  await Promise.all([
    ...['a1', 'a2', 'a3', 'a4'].map((text) => note(text, 'a')),
    ...['b1', 'b2'].map((text) => note(text, 'b')),
  ]);
  // The first is at work when the others come.
  expect(done).toEqual(['a1', 'a2', 'b1', 'a3', 'b2', 'a4']);
});
