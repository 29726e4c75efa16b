import { RecentMap } from '#balancer/recent-map.ts';

/** A quota pool that could take the request now: caches are shared within it. */
export interface AffinePool {
  readonly name: string;
  /** Its part of the whole, > 0: what its limit is, where that is known. */
  readonly weight: number;
  /** Calls under way. */
  readonly calls: number;
}

/** What a prompt's key says of the pools that could take it. */
export interface Affinity {
  /** Where the key belongs when nothing else makes a difference. */
  readonly home: string;
  /** Tokens of the prompt that each pool's cache is likely to hold; a pool that is missing holds none. */
  readonly cachedTokens: ReadonlyMap<string, number>;
}

/** By how much a pool's calls may exceed its part before a key goes on to its next pool. */
const SLACK = 0.25;
/** Pools that are remembered for one key: further ones have had it too long ago to matter. */
const MOST_POOLS = 4;

interface Served {
  readonly pool: string;
  readonly tokens: number;
  readonly until: number;
}

/**
 * Which pools have lately read a prompt with this key. A key's home is found by rendezvous hashing:
 * every process finds the same one, and when a pool goes only its own keys move. Pools that have more
 * than their part of the calls, and a quarter, are passed over, so that one popular prompt cannot
 * fill a pool while others idle.
 */
export class AffinityMemory {
  readonly #ttlMs: number;
  readonly #keys: RecentMap<readonly Served[]>;

  /** `most` keys are remembered, each for `ttlMs` after its last call. */
  constructor(options: { readonly most: number; readonly ttlMs: number }) {
    this.#ttlMs = options.ttlMs;
    this.#keys = new RecentMap(options.most);
  }

  /** A pool has read a prompt of so many tokens, enough of them for its vendor to keep. */
  served(key: string, { pool, tokens }: { pool: string; tokens: number }, now: number): void {
    if (!(tokens > 0)) return;
    const others = (this.#keys.get(key) ?? []).filter(
      (one) => one.pool !== pool && one.until > now,
    );
    const until = now + this.#ttlMs;
    this.#keys.set(key, [{ pool, tokens, until }, ...others].slice(0, MOST_POOLS));
  }

  /** For a prompt of `tokens`, among pools that could take it now; nothing where there is none. */
  of(
    key: string,
    { pools, tokens }: { pools: readonly AffinePool[]; tokens: number },
    now: number,
  ): Affinity | undefined {
    const usable = withinBounds(pools);
    const home = homeOf(key, usable);
    if (home === undefined) return undefined;
    const cachedTokens = new Map<string, number>();
    for (const served of this.#keys.get(key) ?? [])
      if (served.until > now && usable.some(({ name }) => name === served.pool))
        cachedTokens.set(served.pool, Math.min(served.tokens, tokens));
    return { home, cachedTokens };
  }
}

/** Those that would not exceed their part with one more call; never none of several. */
const withinBounds = (pools: readonly AffinePool[]): readonly AffinePool[] => {
  let calls = 1;
  let weight = 0;
  for (const pool of pools) {
    calls += pool.calls;
    weight += pool.weight;
  }
  const each = ((1 + SLACK) * calls) / weight;
  return pools.filter((pool) => pool.calls + 1 <= Math.ceil(each * pool.weight));
};

/** The pool that wins this key: each does so for a part of all keys that is in proportion to its weight. */
const homeOf = (key: string, pools: readonly AffinePool[]): string | undefined => {
  const seed = hashOn(FNV_BASIS, key);
  let home: string | undefined;
  let best = -Infinity;
  for (const { name, weight } of pools) {
    const score = -weight / Math.log(uniform(hashOn(seed, name)));
    if (score <= best) continue;
    best = score;
    home = name;
  }
  return home;
};

const FNV_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

const hashOn = (basis: number, text: string): number => {
  let hash = basis;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME);
  return hash;
};

/** Spreads a hash evenly over (0, 1): murmur's last step, without which similar names stay similar. */
const uniform = (hash: number): number => {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (((mixed ^ (mixed >>> 16)) >>> 0) + 0.5) / 4_294_967_296;
};
