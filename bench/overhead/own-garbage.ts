import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Until what was collected has been swept, ms. */
const SWEPT_MS = 250;

/**
 * Collects what this process has left behind before it measures at real-time priority. Done then, its
 * main thread would spin until the helper threads have swept, which get no time as long as it spins.
 */
export const collectOwnGarbage = async (): Promise<void> => {
  collect();
  await new Promise((resolve) => setTimeout(resolve, SWEPT_MS));
};
