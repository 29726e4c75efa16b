/** CPU time and memory of code that takes microseconds: many calls in a row, rounds, the middle one. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { median } from '../overhead/statistics.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What is in use after everything that is not has been collected, bytes. */
export const heapBytes = (): number => {
  for (let i = 0; i < 4; i++) collect();
  return process.memoryUsage().heapUsed;
};

/** Runs `round` so often, after one that does not count, and returns the median of what it says. */
export const medianOf = async (rounds: number, round: () => Promise<number>): Promise<number> => {
  await round();
  const values: number[] = [];
  for (let i = 0; i < rounds; i++) values.push(await round());
  return median(values);
};

/** CPU time of the whole process since it began, µs: another program on the same core does not count. */
export const cpuUs = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

/** What one call takes, µs of CPU, in a row of so many. */
export const eachUs = async (calls: number, call: (i: number) => unknown): Promise<number> => {
  const start = cpuUs();
  for (let i = 0; i < calls; i++) await call(i);
  return (cpuUs() - start) / calls;
};
