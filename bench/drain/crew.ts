import { Worker } from 'node:worker_threads';
import type { Job, Pair } from './pairs.ts';

export interface CrewOptions {
  readonly threads: number;
  /** After each job, with how many are done. */
  readonly progress: (done: number) => void;
}

/** Runs the jobs on so many threads at once; what they came to, in the order of the jobs. */
export const runJobs = async (
  jobs: readonly Job[],
  { threads, progress }: CrewOptions,
): Promise<Pair[]> => {
  const results: Pair[][] = [];
  const waiting = jobs.entries();
  let done = 0;
  const work = (worker: Worker): Promise<void> =>
    new Promise((resolve, reject) => {
      let index = 0;
      const next = (): void => {
        const { value } = waiting.next();
        if (value === undefined) return resolve();
        const [nextIndex, job] = value;
        index = nextIndex;
        worker.postMessage(job, []);
      };
      worker.on('error', reject);
      worker.on('message', (pairs: Pair[]) => {
        results[index] = pairs;
        progress(++done);
        next();
      });
      next();
    });
  const workers = Array.from({ length: Math.min(threads, jobs.length) }, startWorker);
  try {
    await Promise.all(workers.map(work));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return results.flat();
};

const startWorker = (): Worker => new Worker(new URL('./worker.ts', import.meta.url));
