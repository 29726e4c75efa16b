import type { Priority } from '#balancer/admit.ts';
import type { Lack } from '#balancer/bid.ts';
import { DrainRate } from '#balancer/drain-rate.ts';
import type { Ahead } from '#balancer/explanation.ts';
import { FairLine } from '#balancer/fair-line.ts';
import type { Clock } from '#core/clock.ts';
import type { Waiter } from '#shared/waiter.ts';

/** What became of a waiter that was looked at. `waitMs`: until it may fit, as things stand. */
export interface Look {
  readonly placed: boolean;
  readonly waitMs: number;
  /** What must be kept for it, so that the small ones behind it do not starve it. */
  readonly lack: Lack;
  /** What it lacks is on its own side: that says nothing of those behind it. */
  readonly isOwn?: boolean;
}

export interface LaneDeps {
  readonly clock: Clock;
  /** Of what is served while both wait, what goes to batch requests at least. */
  readonly batchShare: number;
  /**
   * Places a waiter where it can, with accounts kept for others left out. `leftovers`: only where
   * limits are about to overflow.
   */
  place(waiter: Waiter, from: { kept: ReadonlySet<string>; leftovers: boolean }): Look;
  /** Nobody waits any more: what is left is for others. */
  emptied(): void;
}

/**
 * Of a group's deployments, so many are kept for those in front who do not fit yet; the others are
 * for whoever fits.
 */
const KEPT_SHARE = 0.5;
/**
 * Of each group so many are looked at in their turns. Who comes later gets only what would be lost
 * otherwise: small requests from far behind would use up what those in front wait for.
 */
const LOOKED_AT = 40;
/** Sizes that did not fit in one walk are remembered, to pass by those that are no smaller. */
const MOST_SIZES = 8;

/**
 * The requests that wait for the same pools. Walks them in their turns whenever room may have come:
 * the first that do not fit have a pool kept for each of them, the others may use what is left.
 */
export class Lane {
  readonly #deps: LaneDeps;
  readonly #lines: Readonly<Record<Priority, FairLine<Waiter>>> = {
    interactive: new FairLine(),
    batch: new FairLine(),
  };
  readonly #drain = new DrainRate();
  /** Tokens served while both classes waited, by class. */
  readonly #served: Record<Priority, number> = { interactive: 0, batch: 0 };
  /** For whom something is kept. */
  #keepers: ReadonlySet<Waiter> = new Set();
  #isClosed = false;
  #walking = false;
  #again = false;
  #wakeAt = Infinity;
  #cancelWake: () => void = () => {};

  constructor(deps: LaneDeps) {
    this.#deps = deps;
  }

  get size(): number {
    return this.#lines.interactive.size + this.#lines.batch.size;
  }

  *waiting(): Iterable<Waiter> {
    yield* this.#lines.interactive.inTurn();
    yield* this.#lines.batch.inTurn();
  }

  /** Ends it, and says who was in it, in their turns. */
  close(): readonly Waiter[] {
    this.#isClosed = true;
    const waiting = [...this.waiting()];
    for (const waiter of waiting) this.remove(waiter);
    return waiting;
  }

  /** What would be served before this newcomer, tokens. */
  ahead({ tenant, request: { priority } }: Waiter): number {
    const own = this.#lines[priority].ahead(tenant);
    return priority === 'batch' ? own + this.#lines.interactive.weight : own;
  }

  /** Of whom that is. */
  aheadByTenant({ tenant, request: { priority } }: Waiter): Ahead[] {
    const own = this.#lines[priority].aheadByTenant(tenant);
    return priority === 'batch' ? [...this.#lines.interactive.waitingByKey(), ...own] : own;
  }

  /** Of all that wait, tokens. */
  get weight(): number {
    return this.#lines.interactive.weight + this.#lines.batch.weight;
  }

  /** How long so much takes at the pace of late, ms; 0 where nothing has been measured. */
  measuredMs(weight: number): number {
    return this.#drain.timeFor(weight, this.#deps.clock.now());
  }

  /** `waitMs`: until it may fit where nobody else does. */
  add(waiter: Waiter, waitMs: number): void {
    const now = this.#deps.clock.now();
    this.#lines[waiter.request.priority].add(waiter);
    this.#drain.waits(true, now);
    if (waitMs <= 0) this.walk();
    else this.#wakeIn(waitMs);
  }

  remove(waiter: Waiter): void {
    this.#lines[waiter.request.priority].remove(waiter);
    this.#changed();
    if (this.#keepers.has(waiter)) this.walk();
  }

  /** Room may have come: serves whom it can. Reentrant calls make it walk once more. */
  walk(): void {
    if (this.size === 0) return;
    if (this.#walking) {
      this.#again = true;
      return;
    }
    this.#walking = true;
    try {
      do {
        this.#again = false;
        this.#walkOnce();
      } while (this.#again);
    } finally {
      this.#walking = false;
    }
  }

  #walkOnce(): void {
    const kept = new Set<string>();
    const heads = new Map<string, number>();
    const keepers = new Set<Waiter>();
    const looked = new Map<string, number>();
    const tooLarge = new Map<string, Waiter[]>();
    const served: Waiter[] = [];
    let wakeMs = Infinity;
    for (const priority of this.#order())
      for (const waiter of this.#lines[priority].inTurn()) {
        const [group] = waiter.request.groups;
        const before = looked.get(group) ?? 0;
        looked.set(group, before + 1);
        const leftovers = before >= LOOKED_AT;
        const sizes = sizesOf(tooLarge, waiter.groups, leftovers);
        if (waiter.isPlain && sizes.some((other) => waiter.asksAtLeast(other))) continue;
        const look = this.#deps.place(waiter, { kept, leftovers });
        if (look.placed) {
          served.push(waiter);
          continue;
        }
        wakeMs = Math.min(wakeMs, look.waitMs);
        if (look.isOwn) {
          looked.set(group, before);
          continue;
        }
        const keeping = heads.get(group) ?? 0;
        const { accounts, firstMs } = look.lack;
        if (keeping < KEPT_SHARE * waiter.bids.length && accounts.length > 0) {
          for (const account of accounts) kept.add(account);
          heads.set(group, keeping + 1);
          keepers.add(waiter);
          // An account that has what it lacks is kept no longer, though others still lack it.
          wakeMs = Math.min(wakeMs, firstMs);
        }
        if (waiter.isPlain && sizes.length < MOST_SIZES) sizes.push(waiter);
      }
    this.#keepers = keepers;
    this.#serve(served);
    this.#wakeAt = Infinity;
    this.#cancelWake();
    this.#wakeIn(wakeMs);
  }

  #serve(served: readonly Waiter[]): void {
    const now = this.#deps.clock.now();
    for (const waiter of served) {
      const { priority } = waiter.request;
      const both = this.#lines.interactive.size > 0 && this.#lines.batch.size > 0;
      this.#lines[priority].serve(waiter);
      this.#drain.served(waiter.weight, now);
      if (both) this.#served[priority] += waiter.weight;
    }
    this.#changed();
  }

  /** Batch goes first while it has had less than its share. */
  #order(): readonly Priority[] {
    const { interactive, batch } = this.#served;
    const isOwed = batch < this.#deps.batchShare * (interactive + batch);
    return isOwed ? ['batch', 'interactive'] : ['interactive', 'batch'];
  }

  #changed(): void {
    const now = this.#deps.clock.now();
    this.#drain.waits(this.size > 0, now);
    if (this.#lines.batch.size === 0) this.#served.interactive = this.#served.batch = 0;
    if (this.size > 0) return;
    this.#wakeAt = Infinity;
    this.#cancelWake();
    if (!this.#isClosed) this.#deps.emptied();
  }

  #wakeIn(waitMs: number): void {
    if (waitMs === Infinity) return;
    const { clock } = this.#deps;
    // The ledger counts whole milliseconds: a part of one more may be missing.
    const at = clock.now() + Math.max(1, Math.ceil(waitMs));
    if (at >= this.#wakeAt) return;
    this.#cancelWake();
    this.#wakeAt = at;
    this.#cancelWake = clock.after(at - clock.now(), () => {
      this.#wakeAt = Infinity;
      this.walk();
    });
  }
}

/** Leftovers are other room than what those in front look for. */
const sizesOf = (tooLarge: Map<string, Waiter[]>, groups: string, leftovers: boolean): Waiter[] => {
  const key = leftovers ? `\n${groups}` : groups;
  let sizes = tooLarge.get(key);
  if (!sizes) tooLarge.set(key, (sizes = []));
  return sizes;
};
