import { type Clock, sleep } from '#core/clock.ts';
import type { Log } from '#core/log.ts';
import type { SpendStore } from '#store/spend.ts';
import type { AuditStore } from '#store/store.ts';

const DAY_MS = 86_400_000;
const EVERY_MS = 600_000;
const FIRST_MS = 60_000;
/** Removed at once: others have their turn between two, ms. */
const BATCH = 500;
const PAUSE_MS = 50;
const MOST_BATCHES = 10_000;

export interface Retention {
  readonly spend: Pick<
    SpendStore,
    | 'removeBefore'
    | 'removeBodies'
    | 'removeOldest'
    | 'removeHours'
    | 'removeDays'
    | 'foldTags'
    | 'removePaid'
    | 'bytes'
    | 'count'
  >;
  readonly audit: Pick<AuditStore, 'removeBefore'>;
  /** What was spent in windows that began before this instant is no part of any budget, Unix epoch ms. */
  readonly paidSinceMs: () => number;
  readonly clock: Clock;
  readonly log: Log;
  readonly days: number;
  /** Of what was asked and answered. */
  readonly bodyDays: number;
  /** Of sums. */
  readonly hourSumDays: number;
  readonly daySumDays: number;
  readonly auditDays: number;
  readonly bytes: number;
}

/** Removes what is too old, and records of spend that are too many, little by little. */
export const startRetention = (deps: Retention): (() => void) => {
  const { clock, log } = deps;
  const stopping = new AbortController();
  let cancel = (): void => {};
  const round = async (): Promise<void> => {
    try {
      await sweep(deps, stopping.signal);
    } catch (cause) {
      if (stopping.signal.aborted) return;
      log.warn(
        { cause: String(cause) },
        'what is too old cannot be removed from the store; tried again',
      );
    }
    next(EVERY_MS);
  };
  const next = (waitMs: number): void => {
    if (!stopping.signal.aborted) cancel = clock.after(waitMs, () => void round());
  };
  next(FIRST_MS);
  return () => {
    stopping.abort(new Error('stopped'));
    cancel();
  };
};

/** One round; how many records it removed. */
export const sweep = async (deps: Retention, signal?: AbortSignal): Promise<number> => {
  const { spend, audit, clock, days, bodyDays, bytes } = deps;
  const inBatches = async (remove: SpendStore['removeBefore'], before: number): Promise<number> => {
    let many = 0;
    for (let batch = 0; batch < MOST_BATCHES; batch++) {
      const removed = await remove(before, BATCH);
      many += removed;
      if (removed < BATCH) break;
      await sleep(clock, PAUSE_MS, signal);
    }
    return many;
  };
  const ago = (someDays: number): number => clock.wall() - someDays * DAY_MS;
  await inBatches((...most) => spend.removeBodies(...most), ago(bodyDays));
  await inBatches((...most) => spend.removeHours(...most), ago(deps.hourSumDays));
  await inBatches((...most) => spend.foldTags(...most), ago(deps.hourSumDays));
  await inBatches((...most) => spend.removeDays(...most), ago(deps.daySumDays));
  await inBatches((...most) => spend.removePaid(...most), deps.paidSinceMs());
  await inBatches((...most) => audit.removeBefore(...most), ago(deps.auditDays));
  let removed = await inBatches((...most) => spend.removeBefore(...most), ago(days));
  // Looking at the size reads everything: it is looked at once.
  const left = await spend.count({});
  const taken = await spend.bytes();
  let surplus = taken > bytes ? Math.ceil(left * (1 - bytes / taken)) : 0;
  for (; surplus > 0; surplus -= BATCH) {
    removed += await spend.removeOldest(Math.min(BATCH, surplus));
    await sleep(clock, PAUSE_MS, signal);
  }
  return removed;
};
