/** What the kernel knows of a process and all its descendants, read from `/proc`. */
import { readFileSync, readdirSync } from 'node:fs';

const read = (path: string): string => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return ''; // it ended between two looks
  }
};

const threads = (pid: number): string[] => {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
};

/** `pid` and its descendants: a launcher's child or nginx's worker does the work, not `pid` itself. */
export const processTree = (pid: number): number[] => {
  const children = threads(pid).flatMap((thread) =>
    read(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(processTree)];
};

/**
 * CPU time that the tree has used since it started, µs: user and system, all living threads.
 * From `schedstat`, in ns, because `stat` counts in ticks of 10 ms. A running thread is behind by
 * up to one tick, so read it while the tree is idle.
 */
export const treeCpuUs = (pid: number): number => {
  let ns = 0;
  for (const member of processTree(pid)) {
    for (const thread of threads(member)) {
      ns += Number(read(`/proc/${member}/task/${thread}/schedstat`).split(' ')[0]);
    }
  }
  return ns / 1000;
};

const KIB_PER_MB = 1000 / 1.024;

/** Resident memory of the tree, MB: now (`VmRSS`), or the sum of each member's highest (`VmHWM`). */
export const treeMemoryMb = (pid: number, field: 'VmRSS' | 'VmHWM'): number => {
  const line = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm');
  let kib = 0;
  for (const member of processTree(pid)) {
    kib += Number(line.exec(read(`/proc/${member}/status`))?.[1] ?? 0);
  }
  return kib / KIB_PER_MB;
};

const US_PER_TICK = 10_000;

/**
 * Time that a core was not idle since boot, µs: everybody's work, and what the hypervisor gave to
 * other guests. Good to some ticks of 10 ms.
 */
export const coreBusyUs = (core: number): number => {
  const fields = new RegExp(`^cpu${core} (.+)$`, 'm').exec(read('/proc/stat'))?.[1]?.split(' ');
  const [user, nice, system, , , irq, softirq, steal] = (fields ?? []).map(Number);
  const busy = [user, nice, system, irq, softirq, steal];
  return US_PER_TICK * busy.reduce((sum: number, ticks = 0) => sum + ticks, 0);
};
