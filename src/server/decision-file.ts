import { appendFile, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '#core/clock.ts';
import type { Log } from '#core/log.ts';
import type { DecisionStore, Kept } from '#gateway/decision-store.ts';
import { eachSecond } from '#server/each-second.ts';

const FILE = 'decisions.tsv';
const OLDER = 'decisions.1.tsv';
/** Lines that wait for a disk that is behind. */
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
 * Remembers over a restart why requests went where they went. Lines are appended once a second; two
 * files take turns, so that neither grows beyond `max` lines. A process that is killed loses the last
 * second; half a line at the end is passed over. What cannot be written is said once.
 */
export const openDecisionFile = async (deps: DecisionFileDeps): Promise<DecisionFile> => {
  const { decisions, max, folder, clock, log } = deps;
  if (max === 0) return { close: () => Promise.resolve() };
  const [path, older] = [join(folder, FILE), join(folder, OLDER)];
  const current = await linesOf(path);
  const before = current.length < max ? await linesOf(older) : [];
  decisions.restore([...before, ...current].slice(-max).flatMap((line) => keptIn(line) ?? []));
  let written = current.length;
  let waiting: string[] = [];
  let complained = false;
  let isAnew = false;
  decisions.keptBy({
    kept(one) {
      if (waiting.length < MOST_WAITING) waiting.push(lineOf(one));
    },
    forgotten(left) {
      waiting = left.map(lineOf);
      isAnew = true;
    },
  });
  const write = async (): Promise<void> => {
    const lines = waiting;
    if (lines.length === 0 && !isAnew) return;
    waiting = [];
    try {
      await mkdir(folder, { recursive: true });
      if (isAnew) {
        await Promise.all([path, older].map((each) => rm(each, { force: true })));
        written = 0;
        isAnew = false;
      }
      if (written + lines.length > max && written > 0) {
        await rename(path, older);
        written = 0;
      }
      await appendFile(path, lines.join(''), { mode: 0o600 });
      written += lines.length;
    } catch (cause) {
      if (!complained)
        log.warn(
          { path, cause: String(cause) },
          'decisions cannot be saved; they are kept in memory',
        );
      complained = true;
    }
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

/** Empty where there is no file. What follows the last line end was cut off. */
const linesOf = async (path: string): Promise<string[]> => {
  try {
    return (await readFile(path, 'utf8')).split('\n').slice(0, -1);
  } catch {
    return [];
  }
};
