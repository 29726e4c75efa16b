import type { LoadedConfig } from '#config/loaded.ts';
import type { Clock } from '#core/clock.ts';
import type { Log } from '#core/log.ts';
import { lateStore } from '#store/late-store.ts';
import { openSqlite } from '#store/sqlite/open.ts';
import { type CopyPlace, readCopy } from '#store/store-copy.ts';
import type { Store } from '#store/store.ts';

export interface OpenedStore {
  readonly store: Store;
  /** Where a copy is kept for a start without the database; absent where there shall be none. */
  readonly place?: CopyPlace;
  /** Of when the copy is that serves until the database is there, Unix epoch ms; absent where it is. */
  readonly copiedMs?: number;
}

/**
 * The store that the config names. Rejects with SpillwayError where a database cannot be used, unless the
 * config lets requests go on without it and a copy tells what it held.
 */
export const openStore = async (
  { databaseUrl: url, servesWithoutDatabase }: LoadedConfig['keeping'],
  around: { readonly clock: Clock; readonly log: Log; readonly folder?: string },
): Promise<OpenedStore> => {
  const { clock, log, folder } = around;
  if (url === undefined) return { store: await openSqlite(around) };
  const open = async (): Promise<Store> => {
    const { openPostgres } = await import('#store/postgres/open.ts');
    return openPostgres({ url, clock, log });
  };
  if (!servesWithoutDatabase || folder === undefined) return { store: await open() };
  const place = { folder, url };
  try {
    return { store: await open(), place };
  } catch (cause) {
    const copy = await readCopy(place);
    if (!copy) throw cause;
    const since = new Date(copy.wallMs).toISOString();
    log.error(
      { cause: String(cause), since },
      'THE DATABASE CANNOT BE REACHED: keys, budgets and models are as they were when it was copied last, and nothing can be changed. It is tried again every 5 s',
    );
    const store = lateStore({ open, copy, clock, log });
    return { store, place, copiedMs: copy.wallMs };
  }
};
