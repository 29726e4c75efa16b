import { once } from 'node:events';
import type { TrafficOptions } from '#cli/traffic.ts';
import { drawTraffic } from '#plan/draw-traffic.ts';

/** So many lines are written at once. */
const BATCH_LINES = 1_000;

/** Writes the records, as fast as they are read; ends when nobody reads any more. */
export const runTraffic = async (options: TrafficOptions): Promise<void> => {
  const records = drawTraffic({
    ...options,
    perS: options.rps,
    keys: options.callers,
    ...(options.maxTokens !== undefined && { maxOutputTokens: options.maxTokens }),
    startMs: options.start.getTime(),
  });
  let isRead = true;
  process.stdout.on('error', () => {
    isRead = false;
  });
  let lines: string[] = [];
  for (const record of records) {
    lines.push(JSON.stringify(record));
    if (lines.length < BATCH_LINES) continue;
    const isTaken = process.stdout.write(`${lines.join('\n')}\n`);
    lines = [];
    if (!isTaken)
      await Promise.race([once(process.stdout, 'drain'), once(process.stdout, 'close')]);
    if (!isRead) return;
  }
  if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`);
};
