import type { Lack } from '#balancer/bid.ts';
import type { Waiter } from '#shared/waiter.ts';

/** What became of a waiter that was looked at. `waitMs`: until it may fit, as things stand. */
export interface Look {
  readonly placed: boolean;
  readonly waitMs: number;
  /** What must be kept for it, so that the small ones behind it do not starve it. */
  readonly lack: Lack;
  /** What it lacks is on its own side: that says nothing of those behind it. */
  readonly isOwn?: boolean;
  /** But those with the same limits on their own side lack the same. */
  readonly isForAll?: boolean;
  /** There are deployments that it may not have yet, and others that have waited for longer may. */
  readonly isEarly?: boolean;
}

export interface WalkDeps {
  /**
   * Places a waiter where it can, with accounts kept for others left out. `leftovers`: only where
   * limits are about to overflow.
   */
  place(waiter: Waiter, from: { kept: ReadonlySet<string>; leftovers: boolean }): Look;
  /** Whether its time runs out where nothing is gathered for it from now on. */
  isDue(waiter: Waiter): boolean;
  /** Until some account that is not kept is about to overflow, of any of its group's deployments, ms. */
  overflowMs(waiter: Waiter, kept: ReadonlySet<string>): number;
  /** The same of those that it and its kind may have, whatever group they belong to. */
  overflowOfKindMs(waiter: Waiter, kept: ReadonlySet<string>): number;
  /** Until it may go to another group, ms; Infinity where it may from the start, or never. */
  elsewhereMs(waiter: Waiter): number;
}

/** How many wait for the same groups, and how many of them are of no kind. */
export interface Crowd {
  readonly all: number;
  readonly plain: number;
}

/**
 * Of a group's deployments, so many are kept for those in front who do not fit yet; the others are
 * for whoever fits.
 */
const KEPT_SHARE = 0.5;
/**
 * Of each group so many who do not fit are looked at in their turns. Who comes later gets only what would be lost
 * otherwise: small requests from far behind would use up what those in front wait for.
 */
const LOOKED_AT = 40;
/** So many are served in one walk; a millisecond later it goes on, so that others have the processor. */
const MOST_SERVED = 256;
/** Sizes that did not fit in one walk are remembered, to pass by those that are no smaller. */
const MOST_SIZES = 8;

/** What one walk knows of those that wait for the same groups. */
interface Seen {
  /** Who have been looked at in their turns, and wait on. */
  inTurn: number;
  /** Who are still to come. */
  left: number;
  /** For whom something is kept. */
  keeping: number;
  /** Some are of no kind. */
  readonly hasPlain: boolean;
  /** Who did not fit, by what they wish: none of them asks for less than another. */
  readonly tooLarge: Map<string, Waiter[]>;
}

/** One walk along a line, from whose turn it is to whoever comes last. */
export class Walk {
  readonly served: Waiter[] = [];
  /** For whom something is kept. */
  readonly keepers = new Set<Waiter>();
  /** Until it is worth walking again, ms. */
  wakeMs = Infinity;
  readonly #deps: WalkDeps;
  readonly #kept = new Set<string>();
  readonly #seen = new Map<string, Seen>();
  /** Groups of which somebody is still to be looked at in turn. */
  #open: number;
  /** Those of some kind who have been looked at. */
  readonly #met = new Set<Waiter>();
  /** How many limits of own sides there are, in words, and those under which nobody can go. */
  readonly #owns: number;
  readonly #out = new Set<string>();

  /** `waiting`: how many wait, by groups. `owns`: how many different limits of own sides they have. */
  constructor(
    deps: WalkDeps,
    { waiting, owns }: { waiting: ReadonlyMap<string, Crowd>; owns: number },
  ) {
    this.#deps = deps;
    this.#owns = owns;
    this.#open = waiting.size;
    for (const [groups, { all, plain }] of waiting) {
      const its = { inTurn: 0, left: all, keeping: 0, hasPlain: plain > 0 };
      this.#seen.set(groups, { ...its, tooLarge: new Map() });
    }
  }

  /** Looks at the next one. False when nobody behind it can get anything, unless it is of some kind. */
  goesOn(waiter: Waiter): boolean {
    const seen = this.#seen.get(waiter.groups)!;
    const leftovers = seen.inTurn >= LOOKED_AT;
    seen.left--;
    if (waiter.kind !== '') this.#met.add(waiter);
    if (!this.isOut(waiter.own)) {
      if (!leftovers) seen.inTurn++;
      this.#lookAt(waiter, seen, leftovers);
    }
    if (this.isOver) return false;
    if (this.served.length >= MOST_SERVED) {
      this.wakeMs = 0;
      return false;
    }
    const isLast = seen.left === 0 || seen.inTurn >= LOOKED_AT;
    return leftovers || !isLast || this.#hasLeftovers(waiter, seen);
  }

  /** Whether nobody can go who has these limits on its own side. */
  readonly isOut = (own: string): boolean => this.#out.has(own);

  /** Nobody at all can. */
  get isOver(): boolean {
    return this.#out.size >= this.#owns;
  }

  /**
   * Looks for those of one kind who wait too far behind, where something of theirs is about to
   * overflow. `sample`: any of them.
   */
  lookForKind(sample: Waiter, inTurn: Iterable<Waiter>): void {
    let overflows = this.#overflows(sample);
    const mayLater = this.#deps.elsewhereMs(sample) < Infinity;
    if (!overflows && !mayLater) return;
    const seen = { ...this.#seen.get(sample.groups)!, tooLarge: new Map() };
    for (const waiter of inTurn) {
      if (this.#met.has(waiter) || this.isOut(waiter.own)) continue;
      const elsewhereMs = mayLater ? this.#deps.elsewhereMs(waiter) : Infinity;
      if (!overflows && elsewhereMs > 0) {
        this.#wakeIn(elsewhereMs);
        continue;
      }
      if (!this.#lookAt(waiter, seen, true)) continue;
      overflows = this.#overflows(waiter);
      if (!overflows && !mayLater) return;
    }
  }

  #overflows(waiter: Waiter): boolean {
    const overflowMs = this.#deps.overflowOfKindMs(waiter, this.#kept);
    this.#wakeIn(overflowMs);
    return overflowMs <= 0;
  }

  /** False where it need not be looked at: a smaller one did not fit. */
  #lookAt(waiter: Waiter, seen: Seen, leftovers: boolean): boolean {
    const isDue = this.#deps.isDue(waiter);
    if (!isDue && isTooLarge(waiter, seen)) return false;
    this.#look(waiter, seen, { leftovers, isDue });
    return true;
  }

  #look(
    waiter: Waiter,
    seen: Seen,
    { leftovers, isDue }: { readonly leftovers: boolean; readonly isDue: boolean },
  ): void {
    const look = this.#deps.place(waiter, { kept: this.#kept, leftovers });
    if (look.placed) this.served.push(waiter);
    else this.#wakeIn(look.waitMs);
    if (look.isForAll) this.#out.add(waiter.own);
    if (look.placed || look.isOwn) {
      // It stands in nobody's way.
      if (!leftovers) seen.inTurn--;
      return;
    }
    const { accounts, firstMs } = look.lack;
    const mayKeep = isDue || seen.keeping < KEPT_SHARE * waiter.bids.length;
    if (mayKeep && accounts.length > 0) {
      for (const account of accounts) this.#kept.add(account);
      seen.keeping++;
      this.keepers.add(waiter);
      // An account that has what it lacks is kept no longer, though others still lack it.
      this.#wakeIn(firstMs);
    }
    if (!look.isEarly) remember(waiter, seen);
  }

  /** The last of its groups that is looked at in turn: whether there is anything for those behind. */
  #hasLeftovers(waiter: Waiter, seen: Seen): boolean {
    seen.tooLarge.clear();
    this.#open--;
    if (!seen.hasPlain) return this.#open > 0;
    const overflowMs = this.#deps.overflowMs(waiter, this.#kept);
    if (overflowMs <= 0 && seen.left > 0) this.#open = Infinity;
    // With nobody behind, what overflows already is of no use to anybody: to wake would be to poll.
    if (overflowMs > 0 || seen.left > 0) this.#wakeIn(overflowMs);
    return this.#open > 0;
  }

  #wakeIn(waitMs: number): void {
    if (waitMs < this.wakeMs) this.wakeMs = waitMs;
  }
}

/** Whoever asks for no less than one that did not fit, and wishes the same, fits no better. */
const isTooLarge = (waiter: Waiter, { tooLarge }: Seen): boolean =>
  tooLarge.get(waiter.wish)?.some((other) => waiter.asksAtLeast(other)) ?? false;

const remember = (waiter: Waiter, { tooLarge }: Seen): void => {
  const sizes = (tooLarge.get(waiter.wish) ?? []).filter((other) => !other.asksAtLeast(waiter));
  if (sizes.length < MOST_SIZES) sizes.push(waiter);
  tooLarge.set(waiter.wish, sizes);
};
