import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type { Cost, Dimension } from '#core/quota.ts';
import { amountOf, PLACE } from '#ledger/amounts.ts';
import { isAmount, isDimension } from '#ledger/limit.ts';
import { OBSERVED_MS, type Observed } from '#ledger/observed.ts';
import { Standing, type Surroundings } from '#ledger/standing.ts';

/** What a pace is learned of. */
const PACED: readonly Dimension[] = ['requests', 'tokens', 'input', 'output'];

/** How much of its pace may go at once. */
const BURST_MS = 1000;

/** So far above what is used, a pace holds nobody back any more. */
const FAR_ABOVE = 4;

/** Without a refusal for so long, what one had told is no evidence any more. */
const STALE_MS = 600_000;

/** A pace that was refused once more is a wall: below it by this much, and then up in small steps. */
const BELOW_WALL = 0.7;
const STEP = 1.1;

interface Learned {
  readonly standing: Standing;
  /** What was used per ten seconds when it was refused first. */
  refusedAt: number;
  /** The pace at which it was refused again. */
  wall?: number;
}

interface Halving {
  readonly cost: Cost;
  readonly sentAt: number;
  readonly retryMs?: number | undefined;
}

/**
 * What is learned from refusals that say no numbers: half of what was just used, then twice as much
 * after each ten seconds that were used and not refused, until it is far above what is used. Where a
 * pace is refused again there is a limit near, which is approached slowly.
 */
export class Pace {
  readonly #around: Surroundings;
  readonly #observed: Observed;
  #learned: Learned[] = [];
  #halvedAt = -Infinity;
  #refusedAt = -Infinity;
  #nextAt = Infinity;

  constructor(around: Surroundings, observed: Observed) {
    this.#around = around;
    this.#observed = observed;
  }

  get standings(): readonly Standing[] {
    return this.#learned.map(({ standing }) => standing);
  }

  /**
   * `sentAt`: of the call that was refused. What was sent before the last halving brings no other:
   * it could not know. `retryMs`: when the upstream would take it, in its own words; nobody who needs
   * no more is held back for longer by what is only guessed.
   */
  halve({ cost, sentAt, retryMs = Infinity }: Halving, now: number): void {
    this.#refusedAt = now;
    this.#nextAt = now + OBSERVED_MS;
    if (sentAt <= this.#halvedAt) return;
    this.#halvedAt = now;
    for (const dimension of PACED) {
      const rate = this.#observed.rate(PLACE[dimension], now);
      const used = Math.max(rate, amountOf(cost, dimension));
      if (used === 0) continue;
      const { bucket, amount } = this.#halve(dimension, used, now);
      const back = (amount * retryMs) / OBSERVED_MS;
      const early = Math.min(amountOf(cost, dimension), bucket.capacity) - back;
      bucket.set(Math.min(Math.max(0, early), bucket.level(now)), now);
    }
  }

  /** A limit of this dimension is known now. */
  drop(dimension: Dimension): void {
    this.#learned = this.#learned.filter(({ standing }) => standing.dimension !== dimension);
  }

  /** Grows what has been used without a refusal. True when standings have gone. */
  grow(now: number): boolean {
    if (!(now >= this.#nextAt)) return false;
    this.#nextAt = this.#learned.length > 0 ? now + OBSERVED_MS : Infinity;
    const before = this.#learned.length;
    if (now >= this.#refusedAt + STALE_MS) this.#learned = [];
    else this.#learned = this.#learned.filter((learned) => this.#isKept(learned, now));
    return this.#learned.length < before;
  }

  save(now: number): JsonObject {
    if (this.#learned.length === 0) return {};
    const limits = this.#learned.map(({ standing, refusedAt }): Json => {
      const { dimension, amount } = standing;
      return { dimension, amount, refusedAt };
    });
    return { pace: { limits, ageMs: now - this.#refusedAt } };
  }

  load(saved: JsonObject, elapsedMs: number, now: number): void {
    const pace = own(saved, 'pace');
    if (!isObject(pace)) return;
    const ageMs = own(pace, 'ageMs');
    const limits = own(pace, 'limits');
    if (typeof ageMs !== 'number' || !(ageMs >= 0) || !Array.isArray(limits)) return;
    this.#refusedAt = now - ageMs - elapsedMs;
    this.#nextAt = now + OBSERVED_MS;
    for (const limit of limits.slice(0, PACED.length)) {
      if (!isObject(limit)) continue;
      const dimension = own(limit, 'dimension');
      const amount = own(limit, 'amount');
      const refusedAt = own(limit, 'refusedAt');
      if (!isDimension(dimension) || !PACED.includes(dimension) || !isAmount(amount)) continue;
      this.drop(dimension);
      this.#add(dimension, { amount, refusedAt: isAmount(refusedAt) ? refusedAt : amount }, now);
    }
  }

  #halve(dimension: Dimension, used: number, now: number): Standing {
    const found = this.#learned.find(({ standing }) => standing.dimension === dimension);
    if (found === undefined) {
      const amount = Math.max(1, Math.floor(used / 2));
      return this.#add(dimension, { amount, refusedAt: used }, now);
    }
    const isWall = used > found.standing.amount / 2;
    if (isWall) found.wall = found.standing.amount;
    const less = isWall ? found.standing.amount * BELOW_WALL : used / 2;
    found.standing.tell(Math.max(1, Math.floor(less)), 'learned', now);
    return found.standing;
  }

  #add(
    dimension: Dimension,
    { amount, refusedAt }: { readonly amount: number; readonly refusedAt: number },
    now: number,
  ): Standing {
    const windowMs = OBSERVED_MS;
    const limit = { dimension, amount, windowMs, refill: 'linear', burstMs: BURST_MS } as const;
    const standing = new Standing(limit, 'learned', { ...this.#around, now });
    this.#learned.push({ standing, refusedAt });
    return standing;
  }

  #isKept(learned: Learned, now: number): boolean {
    const { standing, refusedAt, wall } = learned;
    const used = this.#observed.rate(PLACE[standing.dimension], now);
    if (used < 1) return true;
    const isNear = wall !== undefined && standing.amount * 2 > wall && standing.amount < wall * 1.5;
    const amount = Math.ceil(standing.amount * (isNear ? STEP : 2));
    if (amount > FAR_ABOVE * used && amount > 2 * refusedAt) return false;
    standing.tell(amount, 'learned', now);
    return true;
  }
}
