import type { Priority } from '#balancer/admit.ts';
import { DrainRate } from '#balancer/drain-rate.ts';
import type { Ahead } from '#balancer/explanation.ts';
import { FairLine } from '#balancer/fair-line.ts';
import type { Amount } from '#balancer/supply.ts';
import type { Clock } from '#core/clock.ts';
import { type Crowd, Walk, type WalkDeps } from '#shared/walk.ts';
import type { Waiter } from '#shared/waiter.ts';

export interface LaneDeps extends WalkDeps {
  readonly clock: Clock;
  /** Of what is served while both wait, what goes to batch requests at least. */
  readonly batchShare: number;
  /** Nobody waits any more: what is left is for others. */
  emptied(): void;
}

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
  /** How many wait, by groups. */
  readonly #waiting = new Map<string, Crowd>();
  /** The same by the limits of their own side. */
  readonly #owns = new Map<string, number>();
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

  /** What would be served before this newcomer. */
  ahead({ tenant, request: { priority } }: Waiter): Amount {
    const own = this.#lines[priority].ahead(tenant);
    if (priority !== 'batch') return own;
    const { weight, size } = this.#lines.interactive;
    return { tokens: own.tokens + weight, requests: own.requests + size };
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
    this.#count(waiter, 1);
    this.#drain.waits(true, now);
    if (waitMs <= 0) this.walk();
    else this.#wakeIn(waitMs);
  }

  remove(waiter: Waiter): void {
    this.#lines[waiter.request.priority].remove(waiter);
    this.#count(waiter, -1);
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
    const walk = new Walk(this.#deps, { waiting: this.#waiting, owns: this.#owns.size });
    if (!this.#walkLines(walk) && !walk.isOver) this.#walkKinds(walk);
    this.#keepers = walk.keepers;
    this.#serve(walk.served);
    this.#wakeAt = Infinity;
    this.#cancelWake();
    this.#wakeIn(walk.wakeMs);
  }

  /** Whether it came to the end of both. */
  #walkLines(walk: Walk): boolean {
    const isLimited = this.#owns.size > 1 || !this.#owns.has('');
    for (const priority of this.#order()) {
      const line = this.#lines[priority];
      const waiting = isLimited ? line.inTurnUntil(walk.isOut) : line.inTurn();
      for (const waiter of waiting) if (!walk.goesOn(waiter)) return false;
    }
    return true;
  }

  #walkKinds(walk: Walk): void {
    for (const priority of this.#order()) {
      const line = this.#lines[priority];
      for (const [kind, sample] of line.kinds()) walk.lookForKind(sample, line.inTurnOf(kind));
    }
  }

  #serve(served: readonly Waiter[]): void {
    const now = this.#deps.clock.now();
    for (const waiter of served) {
      const { priority } = waiter.request;
      const both = this.#lines.interactive.size > 0 && this.#lines.batch.size > 0;
      this.#lines[priority].serve(waiter);
      this.#count(waiter, -1);
      this.#drain.served(waiter.weight, now);
      if (both) this.#served[priority] += waiter.weight;
    }
    this.#changed();
  }

  #count({ groups, kind, own }: Waiter, more: 1 | -1): void {
    const owns = (this.#owns.get(own) ?? 0) + more;
    if (owns > 0) this.#owns.set(own, owns);
    else this.#owns.delete(own);
    const { all, plain } = this.#waiting.get(groups) ?? NOBODY;
    if (all + more > 0)
      this.#waiting.set(groups, { all: all + more, plain: kind === '' ? plain + more : plain });
    else this.#waiting.delete(groups);
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

const NOBODY: Crowd = { all: 0, plain: 0 };
