/**
 * A thread that says when each request of an open loop is due. `setTimeout` rounds to whole
 * milliseconds, more than what is measured; a thread may sleep in `Atomics.wait`, which does not.
 */
import { parentPort, workerData } from 'node:worker_threads';

export interface Schedule {
  /** On the clock of `process.hrtime`, ms. */
  readonly startMs: number;
  readonly arrivalsMs: readonly number[];
}

const { startMs, arrivalsMs } = workerData as Schedule;
const never = new Int32Array(new SharedArrayBuffer(4));

arrivalsMs.forEach((arrivalMs, index) => {
  const waitMs = startMs + arrivalMs - Number(process.hrtime.bigint()) / 1e6;
  if (waitMs > 0) Atomics.wait(never, 0, 0, waitMs);
  parentPort?.postMessage(index, []);
});
