import { join } from 'node:path';
import type { Clock } from '#core/clock.ts';
import type { Log } from '#core/log.ts';
import type { DecisionStore } from '#gateway/decision-store.ts';
import { eachSecond } from '#server/each-second.ts';
import { LineFiles } from '#server/line-files.ts';
import { trySaving } from '#server/try-to-save.ts';

const FILE = 'decisions.tsv';
const OLDER = 'decisions.1.tsv';

export interface DecisionFileDeps {
  readonly decisions: DecisionStore;
  /** So many are remembered; 0: nothing is read or written. */
  readonly max: number;
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
}

export interface DecisionFile {
  /** Writes what is left to write, and stops. */
  close(): Promise<void>;
}

/**
 * Remembers over a restart why requests went where they went. Lines are appended once a second; a
 * process that is killed loses the last second. What cannot be written waits for the next one, and
 * that is said once.
 */
export const openDecisionFile = async (deps: DecisionFileDeps): Promise<DecisionFile> => {
  const { decisions, max, folder, clock, log } = deps;
  if (max === 0) return { close: () => Promise.resolve() };
  const [path, olderPath] = [join(folder, FILE), join(folder, OLDER)];
  const { files, lines: before } = await LineFiles.open({ path, olderPath, max });
  decisions.restore(before);
  let { end, forgotten } = decisions;
  const complaint = 'decisions cannot be saved; they are kept in memory';
  const trySave = trySaving({ log, path, complaint });
  const write = async (): Promise<void> => {
    const now = { end: decisions.end, forgotten: decisions.forgotten };
    // Whoever has been forgotten may stand in the lines before as well.
    const isAnew = now.forgotten !== forgotten;
    if (end === now.end && !isAnew) return;
    await trySave(async () => {
      if (isAnew) {
        await files.remove();
        [end, forgotten] = [0, now.forgotten];
      }
      // What comes meanwhile waits for the next second.
      while (end < now.end) {
        const lines = decisions.linesFrom(end);
        if (lines.count > 0) await files.append(lines);
        end = lines.end;
      }
    });
  };
  return eachSecond(clock, write);
};
