import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '#core/clock.ts';
import { isObject, type Json } from '#core/json.ts';
import type { Log } from '#core/log.ts';
import { makeFolder } from '#core/make-folder.ts';
import type { Ledger } from '#ledger/ledger.ts';
import { eachSecond } from '#server/each-second.ts';
import { trySaving } from '#server/try-to-save.ts';

const FILE = 'ledger.json';

export interface LedgerFileDeps {
  readonly ledger: Ledger;
  /** Which of its accounts turned out to be one. */
  readonly shared: { save(): Json; load(saved: Json): void };
  readonly clock: Clock;
  readonly log: Log;
  /** Where it lies; made when it is missing. */
  readonly folder: string;
  /** Grows with everything that happens to the ledger. */
  readonly changes: () => number;
}

export interface LedgerFile {
  /** Writes what is left to write, and stops. */
  close(): Promise<void>;
}

/**
 * Takes the ledger up where the last process left it, with what has come back since, and writes it
 * down each second in which something happened. What cannot be read or written is said once and
 * costs nothing but the memory: limits are learned anew.
 */
export const openLedgerFile = async (deps: LedgerFileDeps): Promise<LedgerFile> => {
  const { ledger, shared, clock, log, folder, changes } = deps;
  const path = join(folder, FILE);
  await restore(deps, path);
  let written = changes();
  const complaint = 'the ledger cannot be saved; it is kept in memory';
  const trySave = trySaving({ log, path, complaint });
  const write = async (): Promise<void> => {
    const now = changes();
    if (now === written) return;
    const isSaved = await trySave(async () => {
      await makeFolder(folder);
      const saved = { ledger: ledger.snapshot(clock.now()), shared: shared.save() };
      const text = JSON.stringify({ at: clock.wall(), ...saved });
      // Whole or not at all, whenever the power goes.
      await writeFile(`${path}.new`, text, { mode: 0o600, flush: true });
      await rename(`${path}.new`, path);
    });
    // What failed is tried again, also when nothing happens any more.
    if (isSaved) written = now;
  };
  return eachSecond(clock, write);
};

const restore = async (
  { ledger, shared, clock, log }: LedgerFileDeps,
  path: string,
): Promise<void> => {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    // The first start has none.
    return;
  }
  try {
    const saved = JSON.parse(text) as Json;
    if (!isObject(saved) || typeof saved['at'] !== 'number') throw new Error('not a ledger');
    const elapsedMs = Math.max(0, clock.wall() - saved['at']);
    ledger.restore(saved['ledger'] ?? null, { elapsedMs, now: clock.now() });
    shared.load(saved['shared'] ?? null);
  } catch (cause) {
    log.warn(
      { path, cause: String(cause) },
      'the saved ledger cannot be read; limits are learned anew',
    );
  }
};
