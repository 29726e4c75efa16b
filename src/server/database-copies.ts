import type { Clock } from '#core/clock.ts';
import type { Log } from '#core/log.ts';
import type { Directory } from '#keys/directory.ts';
import { trySaving } from '#server/try-to-save.ts';
import { copyPaid, copyRows, type CopyPlace } from '#store/store-copy.ts';
import type { Store } from '#store/store.ts';

/** How often it is looked whether somebody was changed, ms. */
const LOOK_MS = 10_000;
/** How old the copy of what was spent becomes, ms. */
const PAID_MS = 60_000;
/** The same of who is known, where nobody was changed here: models are changed elsewhere, too. */
const ROWS_MS = 600_000;

export interface DatabaseCopies {
  readonly store: Store;
  readonly place: CopyPlace;
  readonly directory: Pick<Directory, 'version'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Keeps the copy with which a start without the database serves; the first is made now. */
export const startCopies = ({ store, place, directory, clock, log }: DatabaseCopies) => {
  const complaint = 'the database could not be copied; the copy that is there stays';
  const save = trySaving({ log, path: place.folder, complaint });
  let version = -1;
  let rowsAt = -Infinity;
  let paidAt = -Infinity;
  let copying: Promise<unknown> = Promise.resolve();
  let cancel = (): void => {};
  let isClosed = false;
  const copy = async (isLast = false): Promise<void> => {
    const now = clock.now();
    const its = directory.version;
    if (isLast || now - paidAt >= PAID_MS)
      if (await save(() => copyPaid(store, place, clock.wall()))) paidAt = now;
    if (its === version && now - rowsAt < ROWS_MS) return;
    if (!(await save(() => copyRows(store, place, clock.wall())))) return;
    rowsAt = now;
    version = its;
  };
  const look = (): void => {
    if (isClosed) return;
    copying = copy();
    cancel = clock.after(LOOK_MS, () => void copying.then(look));
  };
  look();
  return {
    /** With what has changed since. */
    async close(): Promise<void> {
      isClosed = true;
      cancel();
      await copying;
      await copy(true);
    },
  };
};
