import { readFile } from 'node:fs/promises';
import type { Clock } from '#core/clock.ts';

interface Watched {
  readonly clock: Clock;
  readonly pid: number | undefined;
  readonly limitBytes: number;
  readonly tooMuch: () => void;
}

const EVERY_MS = 100;
const RESIDENT = /^VmRSS:\s+(\d+) kB$/m;

/**
 * Looks at all the memory of a process while it works, where the system tells of it; the returned
 * function ends that. An interpreter's own limit knows nothing of what lies beside it.
 */
export const watchMemory = ({ clock, pid, limitBytes, tooMuch }: Watched): (() => void) => {
  let isOver = process.platform !== 'linux' || pid === undefined;
  let cancel = (): void => {};
  const look = async (): Promise<void> => {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    if (isOver) return;
    if (Number(RESIDENT.exec(status)?.[1] ?? 0) * 1024 > limitBytes) return tooMuch();
    again();
  };
  const again = (): void => {
    cancel = clock.after(EVERY_MS, () => void look());
  };
  if (!isOver) again();
  return () => {
    isOver = true;
    cancel();
  };
};
