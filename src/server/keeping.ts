import { join } from 'node:path';
import type { LoadedConfig } from '#config/loaded.ts';
import type { Clock } from '#core/clock.ts';
import type { Log } from '#core/log.ts';
import { Directory } from '#keys/directory.ts';
import { oldestWindowMs } from '#keys/budget-lengths.ts';
import { PurseBook } from '#keys/purse.ts';
import { lookupOf, newPepper } from '#keys/secret.ts';
import { Windows } from '#keys/windows.ts';
import { Journal } from '#store/journal.ts';
import { PaidSums } from '#store/paid-sums.ts';
import type { Paid, SpendStore } from '#store/spend.ts';
import { SpendWriter } from '#store/spend-writer.ts';
import type { Store } from '#store/store.ts';
import { startCopies } from '#server/database-copies.ts';
import { openStore } from '#server/open-database.ts';
import { type Retention, startRetention } from '#server/retention.ts';

const JOURNAL = 'spend';
/** How often it is looked at what other replicas have written, ms. */
const REFRESH_MS = 5_000;
/** Clocks of replicas differ by no more than this, ms. */
const SKEW_MS = 30_000;

/** All that outlives the process: opened before anything is served, closed after the last answer. */
export interface Keeping {
  readonly store: Store;
  readonly directory: Directory;
  readonly purses: PurseBook;
  readonly writer: SpendWriter;
  readonly pepper: string;
  /** Who knows how long budgets run: until somebody does, what was spent in their windows is kept. */
  budgetsRun(lengths: () => Iterable<string>): void;
  /** Hears, as often as it is looked, since when others may have written; may reject. */
  onRefresh(listener: Refreshed): void;
  close(): Promise<void>;
}

type Refreshed = (sinceMs: number) => Promise<void>;

export interface KeepingOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Where files lie; absent: nothing is kept. */
  readonly folder?: string;
}

/** Rejects with SpillwayError where a database that is configured cannot be used. */
export const openKeeping = async (
  { keeping: settings }: Pick<LoadedConfig, 'keeping'>,
  { clock, log, folder }: KeepingOptions,
): Promise<Keeping> => {
  const { saltKey } = settings;
  const at = folder === undefined ? {} : { folder };
  const { store, place, copiedMs } = await openStore(settings, { ...at, clock, log });
  const journal = openJournal(store, { folder, clock, log });
  const spend = store.spend;
  // What the last process had written down counts before anything is allowed.
  if (journal) await new SpendWriter({ spend, journal, clock, log }).close();
  const left = journal ? await paidIn(journal) : [];
  const purses = new PurseBook();
  const writer = new SpendWriter({
    spend,
    ...(journal && { journal }),
    clock,
    log,
    written: (paid) => purses.written(paid),
    probe: () => store.facts.set('probed', new Date(clock.wall()).toISOString()),
  });
  const directory = await Directory.open(store, log);
  purses.take(await spend.paid());
  purses.unwritten(left);
  const pepper = saltKey ?? (await store.facts.setOnce('pepper', newPepper()));
  await checkPepper(store, pepper, log);
  const windows = new Windows(settings.timeZone);
  let lengths: (() => Iterable<string>) | undefined;
  const refreshed: Refreshed[] = [];
  const copies = place && startCopies({ store, place, directory, clock, log });
  const sinceMs = copiedMs ?? clock.wall();
  const stops = [
    startRetention({
      ...settings.retention,
      clock,
      log,
      audit: store.audit,
      spend: forgetting(spend, purses),
      paidSinceMs: () =>
        lengths ? oldestWindowMs(lengths(), { windows, wallMs: clock.wall() }) : -Infinity,
    }),
    ...(store.kind === 'postgres'
      ? [startRefresh({ directory, purses, writer, store, refreshed, sinceMs }, { clock, log })]
      : []),
  ];
  return {
    store,
    directory,
    purses,
    writer,
    pepper,
    budgetsRun: (known) => void (lengths = known),
    onRefresh: (listener) => void refreshed.push(listener),
    async close() {
      for (const stop of stops) stop();
      await writer.close();
      await copies?.close();
      await store.close();
    },
  };
};

/** What is removed from the store is gone from memory, too. */
const forgetting = (spend: SpendStore, purses: PurseBook): Retention['spend'] => ({
  ...spend,
  async removePaid(wallMs, most) {
    const removed = await spend.removePaid(wallMs, most);
    purses.forget(wallMs);
    return removed;
  },
});

/** Every stored hash has the salt in it: under another one no key opens. */
const checkPepper = async ({ facts }: Store, pepper: string, log: Log): Promise<void> => {
  const mark = lookupOf('pepper', pepper);
  if ((await facts.setOnce('pepper_mark', mark)) !== mark)
    log.error(
      {},
      'LITELLM_SALT_KEY IS NOT THE ONE WITH WHICH KEYS WERE MADE: none of them opens. Set the former one',
    );
};

/** What records that are in no store yet add to whose sums. */
const paidIn = async (journal: Journal): Promise<readonly Paid[]> => {
  const sums = new PaidSums();
  for (const segment of await journal.segments())
    for (const record of await journal.read(segment)) sums.add(record);
  return sums.all();
};

const openJournal = (
  { kind }: Store,
  { folder, clock, log }: Pick<KeepingOptions, 'clock' | 'log'> & { folder: string | undefined },
): Journal | undefined => {
  if (folder === undefined || kind === 'memory') return undefined;
  try {
    return new Journal(join(folder, JOURNAL), () => clock.wall());
  } catch (cause) {
    log.error(
      { folder, cause: String(cause) },
      'RECORDS OF SPEND CANNOT BE WRITTEN TO DISK: a crash loses those of its last second',
    );
    return undefined;
  }
};

/** Takes over what other replicas write. */
const startRefresh = (
  {
    directory,
    purses,
    writer,
    store,
    refreshed,
    sinceMs: fromMs,
  }: Pick<Keeping, 'directory' | 'purses' | 'writer' | 'store'> & {
    readonly refreshed: readonly Refreshed[];
    /** Of when what is known here is, Unix epoch ms. */
    readonly sinceMs: number;
  },
  { clock, log }: Pick<KeepingOptions, 'clock' | 'log'>,
): (() => void) => {
  let cancel = (): void => {};
  let sinceMs = fromMs;
  let isStopped = false;
  const look = async (): Promise<void> => {
    const wall = clock.wall();
    try {
      await directory.refresh(sinceMs - SKEW_MS);
      for (const listener of refreshed) await listener(sinceMs - SKEW_MS);
      // Nothing of ours gets there in between.
      await writer.afterFlush(async () => purses.take(await store.spend.paid()));
      sinceMs = wall;
    } catch (cause) {
      log.warn({ cause: String(cause) }, 'what other replicas changed cannot be read; tried again');
    }
    if (!isStopped) next();
  };
  const next = (): void => {
    cancel = clock.after(REFRESH_MS, () => void look());
  };
  next();
  return () => {
    isStopped = true;
    cancel();
  };
};
