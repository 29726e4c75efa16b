/** A thread that runs jobs as they come. */
import { parentPort } from 'node:worker_threads';
import { type Job, runJob } from './pairs.ts';

const port = parentPort!;

const run = async (job: Job): Promise<void> => port.postMessage(await runJob(job), []);

// A job that fails ends the thread, and its owner hears of it.
port.on('message', (job: Job) => void run(job));
