import { parentPort } from 'node:worker_threads';
import { SpillwayError } from '#core/errors.ts';
import { systemClock } from '#core/clock.ts';
import { renderJinja } from '#flow/jinja.ts';
import { documentText } from '#sandbox/documents.ts';
import { runJavascript } from '#sandbox/javascript.ts';
import type { Asked, Done, Task, Told } from '#sandbox/task.ts';

/** A thread that does one task at a time: what a program or a template breaks is here, and only here. */
const port = parentPort!;

/** Who waits for the network, by the number of what they asked: those of former programs wait for ever. */
const waiting = new Map<number, (text: string) => void>();
let asked = 0;

const ask = (text: string): Promise<string> =>
  new Promise((resolve) => {
    const id = ++asked;
    waiting.set(id, resolve);
    port.postMessage({ kind: 'ask', id, text } satisfies Asked);
  });

const perform = async (task: Task): Promise<Done> => {
  if (task.kind === 'javascript') {
    const { job, mayAsk } = task;
    return {
      kind: 'code',
      outcome: await runJavascript(job, systemClock, mayAsk ? ask : undefined),
    };
  }
  try {
    const text = task.kind === 'jinja' ? renderJinja(task.job) : await documentText(task.job);
    return { kind: 'text', text };
  } catch (thrown) {
    const { code, message } = SpillwayError.from(thrown);
    return { kind: 'failed', code, message };
  }
};

port.postMessage('ready');
const answer = async (task: Task): Promise<void> => {
  waiting.clear();
  const done = await perform(task);
  port.postMessage(done);
};

port.on('message', (said: Task | Told) => {
  if (said.kind !== 'told') return void answer(said);
  waiting.get(said.id)?.(said.text);
  return waiting.delete(said.id);
});
