import { parentPort } from 'node:worker_threads';
import { SpillwayError } from '#core/errors.ts';
import { systemClock } from '#core/clock.ts';
import { renderJinja } from '#flow/jinja.ts';
import { documentText } from '#sandbox/documents.ts';
import { runJavascript } from '#sandbox/javascript.ts';
import type { Done, Task } from '#sandbox/task.ts';

/** A thread that does one task at a time: what a program or a template breaks is here, and only here. */
const port = parentPort!;

const perform = async (task: Task): Promise<Done> => {
  if (task.kind === 'javascript')
    return { kind: 'code', outcome: await runJavascript(task.job, systemClock) };
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
  const done = await perform(task);
  port.postMessage(done);
};

port.on('message', (task: Task) => void answer(task));
