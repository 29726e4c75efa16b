import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import { type Cost, DIMENSIONS, type Dimension } from '#core/quota.ts';
import { amountOf } from '#ledger/amounts.ts';
import { MAX_AMOUNT } from '#ledger/limit.ts';
import { isBetween } from '#ledger/saved.ts';

/** How many kinds of calls are remembered as refused; then the one that is free first is forgotten. */
const MAX_BLOCKS = 8;

/** The longest that anything is held back on a refusal's word, ms. */
export const MAX_BLOCK_MS = 86_400_000;

/** Calls that take at least this much of all of these are held back. */
interface Block {
  readonly least: readonly { readonly dimension: Dimension; readonly amount: number }[];
  readonly until: number;
  /** They are too large, as far as is known: nobody is to wait for them. */
  readonly tooLarge: boolean;
}

/** What refusals say about an account besides its levels: who must not be sent before when. */
export class Obstacles {
  #parkedUntil = -Infinity;
  #blocks: Block[] = [];

  /** Nothing is sent until then. */
  park(until: number, now: number): void {
    this.#parkedUntil = Math.max(this.#parkedUntil, whole(Math.min(until, now + MAX_BLOCK_MS)));
  }

  /** Until when nothing is sent; 0 when something may be. */
  parkedUntil(now: number): number {
    return this.#parkedUntil > now ? this.#parkedUntil : 0;
  }

  /** Holds calls back that take at least `cost`, in the dimensions that it names. */
  block(cost: Cost, about: { until: number; tooLarge: boolean; now: number }): void {
    const least = DIMENSIONS.map((dimension) => ({
      dimension,
      amount: amountOf(cost, dimension),
    })).filter(({ amount, dimension }) => amount > 0 && dimension !== 'parallel');
    const until = whole(Math.min(about.until, about.now + MAX_BLOCK_MS));
    if (least.length === 0) return this.park(until, about.now);
    const block = { least, until, tooLarge: about.tooLarge };
    const others = this.#blocks.filter((old) => old.until > about.now && !covers(block, old));
    if (others.length >= MAX_BLOCKS) {
      const first = Math.min(...others.map((old) => old.until));
      others.splice(
        others.findIndex((old) => old.until === first),
        1,
      );
    }
    this.#blocks = [...others, block];
  }

  /** Infinity: larger than what was refused as too large. */
  waitMs(cost: Cost, now: number): number {
    let until = this.#parkedUntil;
    for (const block of this.#blocks)
      if (block.until > now && isAtLeast(cost, block)) {
        if (block.tooLarge) return Infinity;
        if (block.until > until) until = block.until;
      }
    return until > now ? until - Math.floor(now) : 0;
  }

  /** The same wait, and the one dimension for whose sake it is; undefined where there are several, or none. */
  shortOf(
    cost: Cost,
    now: number,
  ): { readonly dimension: Dimension | undefined; readonly waitMs: number } {
    const waitMs = this.waitMs(cost, now);
    const longest = this.#blocks.find(
      (block) =>
        (block.tooLarge ? waitMs === Infinity : block.until - Math.floor(now) === waitMs) &&
        block.until > now &&
        isAtLeast(cost, block),
    );
    const [first, ...others] = longest?.least ?? [];
    return { dimension: others.length === 0 ? first?.dimension : undefined, waitMs };
  }

  save(now: number): JsonObject {
    const blocks: Json[] = this.#blocks
      .filter(({ until }) => until > now)
      .map(({ least, until, tooLarge }) => ({
        leftMs: until - now,
        tooLarge,
        least: Object.fromEntries(least.map(({ dimension, amount }) => [dimension, amount])),
      }));
    const leftMs = this.parkedUntil(now) - now;
    return { ...(leftMs > 0 && { parkedMs: leftMs }), ...(blocks.length > 0 && { blocks }) };
  }

  load(saved: JsonObject, elapsedMs: number, now: number): void {
    const parkedMs = own(saved, 'parkedMs');
    if (isBetween(parkedMs, 0, MAX_BLOCK_MS)) this.park(now + parkedMs - elapsedMs, now);
    const blocks = own(saved, 'blocks');
    for (const block of Array.isArray(blocks) ? blocks.slice(0, MAX_BLOCKS) : []) {
      if (!isObject(block)) continue;
      const leftMs = own(block, 'leftMs');
      const cost = costOf(own(block, 'least'));
      if (!isBetween(leftMs, 0, MAX_BLOCK_MS) || leftMs <= elapsedMs || cost === undefined)
        continue;
      const tooLarge = own(block, 'tooLarge') === true;
      this.block(cost, { until: now + leftMs - elapsedMs, tooLarge, now });
    }
  }
}

/** In whole milliseconds, so that the wait of seven seconds that a vendor tells is none of 7,001 ms. */
const whole = (instant: number): number => Math.floor(instant);

const costOf = (saved: Json | undefined): Cost | undefined => {
  if (!isObject(saved)) return undefined;
  const cost: { [D in Dimension]?: number } = {};
  for (const dimension of DIMENSIONS) {
    const amount = own(saved, dimension);
    if (isBetween(amount, 1, MAX_AMOUNT)) cost[dimension] = amount;
  }
  return Object.keys(cost).length > 0 ? cost : undefined;
};

const isAtLeast = (cost: Cost, { least }: Block): boolean => {
  for (const { dimension, amount } of least) if (amountOf(cost, dimension) < amount) return false;
  return true;
};

/** What `old` holds back, `block` holds back as long and in the same way. */
const covers = (block: Block, old: Block): boolean =>
  block.until >= old.until &&
  block.tooLarge === old.tooLarge &&
  block.least.every(({ dimension, amount }) =>
    old.least.some((other) => other.dimension === dimension && other.amount >= amount),
  );
