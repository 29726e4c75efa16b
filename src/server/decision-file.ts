import { join } from 'node:path';
import type { Clock } from '#core/clock.ts';
import type { Log } from '#core/log.ts';
import type { DecisionStore, Kept } from '#gateway/decision-store.ts';
import { eachSecond } from '#server/each-second.ts';
import { LineFiles } from '#server/line-files.ts';
import { trySaving } from '#server/try-to-save.ts';

const FILE = 'decisions.tsv';
const OLDER = 'decisions.1.tsv';
/** Lines that come in while a disk is behind, besides those that are remembered. */
const MOST_WAITING = 20_000;

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
  decisions.restore(before.flatMap((line) => keptIn(line) ?? []));
  let waiting: string[] = [];
  let isAnew = false;
  decisions.keptBy({
    kept(one) {
      if (waiting.length < max + MOST_WAITING) waiting.push(lineOf(one));
    },
    forgotten(left) {
      waiting = left.map(lineOf);
      isAnew = true;
    },
  });
  const complaint = 'decisions cannot be saved; they are kept in memory';
  const trySave = trySaving({ log, path, complaint });
  const write = async (): Promise<void> => {
    const [lines, beginsAnew] = [waiting, isAnew];
    if (lines.length === 0 && !beginsAnew) return;
    waiting = [];
    isAnew = false;
    const isSaved = await trySave(async () => {
      if (beginsAnew) await files.remove();
      await files.append(lines);
    });
    // When somebody was forgotten meanwhile, what is left of these lines waits already.
    if (isSaved || isAnew) return;
    waiting = [...lines, ...waiting].slice(-max);
    isAnew = beginsAnew;
  };
  return eachSecond(clock, write);
};

/** Fields in a row: JSON has neither tabs nor line ends of its own. */
const lineOf = ({ id, text, error, asked }: Kept): string =>
  `${id}\t${text}\t${error === undefined ? '' : JSON.stringify(error)}\t${asked ?? ''}\n`;

/** Undefined for what is no whole line of ours. */
const keptIn = (line: string): Kept | undefined => {
  const [id, text = '', error = '', asked, ...more] = line.split('\t');
  if (!id || asked === undefined || more.length > 0) return undefined;
  if (!isJson(text) || !(error === '' || isJson(error)) || !(asked === '' || isJson(asked)))
    return undefined;
  return {
    id,
    text,
    error: error === '' ? undefined : (JSON.parse(error) as string),
    asked: asked === '' ? undefined : asked,
  };
};

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};
