import type { Clock } from '#core/clock.ts';
import { SpillwayError } from '#core/errors.ts';
import type { Log } from '#core/log.ts';
import type { StoreCopy } from '#store/store-copy.ts';
import { type Shelf, type Store, type Subject, SUBJECTS } from '#store/store.ts';

/** How often it is tried to reach the database, ms. */
const RETRY_MS = 5_000;

export interface LateStoreOptions {
  readonly open: () => Promise<Store>;
  readonly copy: StoreCopy;
  readonly clock: Pick<Clock, 'after'>;
  readonly log: Log;
}

/**
 * A store whose database is not there yet. Until it is, what a start reads comes from a copy, and all
 * else rejects with SpillwayError `unavailable`.
 */
export const lateStore = ({ open, copy, clock, log }: LateStoreOptions): Store => {
  let there: Store | undefined;
  let isClosed = false;
  let cancel = (): void => {};
  const tryAgain = async (): Promise<void> => {
    try {
      const opened = await open();
      if (isClosed) return await opened.close();
      there = opened;
      log.info({}, 'the database is there: what has changed in it is taken over');
    } catch {
      // Said when it was first tried; the log and the metrics say what waits for it.
      next();
    }
  };
  const next = (): void => {
    if (!isClosed) cancel = clock.after(RETRY_MS, () => void tryAgain());
  };
  next();
  const part = <Part extends object>(
    of: (store: Store) => Part,
    meanwhile: { readonly [Name in keyof Part]?: Part[Name] | undefined } = {},
  ): Part =>
    new Proxy({} as Part, {
      get(_, name): unknown {
        if (there) return Reflect.get(of(there), name);
        return Reflect.has(meanwhile, name) ? Reflect.get(meanwhile, name) : notYet;
      },
    });
  const shelf = (subject: Subject): Shelf => {
    const rows = copy.rows.get(subject) ?? [];
    return part((store) => store.shelves[subject], { all: () => Promise.resolve(rows) });
  };
  const factOf = (name: string): Promise<string> => {
    const value = copy.facts.get(name);
    return value === undefined ? notYet() : Promise.resolve(value);
  };
  return {
    kind: 'postgres',
    shelves: Object.fromEntries(SUBJECTS.map((subject) => [subject, shelf(subject)])) as Record<
      Subject,
      Shelf
    >,
    spend: part((store) => store.spend, {
      paid: () => Promise.resolve(copy.paid),
      addFile: undefined,
    }),
    audit: part((store) => store.audit),
    appRuns: part((store) => store.appRuns),
    facts: part((store) => store.facts, { setOnce: factOf }),
    async close() {
      isClosed = true;
      cancel();
      await there?.close();
    },
  };
};

const notYet = (): Promise<never> =>
  Promise.reject(
    new SpillwayError(
      'unavailable',
      'The store of keys and spend cannot be reached; nothing was changed. Try again shortly.',
      { retryAfterMs: RETRY_MS },
    ),
  );
