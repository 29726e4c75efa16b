import { DAY_MS, type Dimension, type Limit, MINUTE_MS } from '#simulator/limit.ts';

/** A limit of which it is not said yet whose it is. */
export type StatedLimit = Omit<Limit, 'scope'>;

/** Limits per model in the words that people use of them. What is absent does not exist. */
export interface ShortLimits {
  readonly rpm?: number | undefined;
  readonly rpd?: number | undefined;
  readonly tpm?: number | undefined;
  readonly tpd?: number | undefined;
  readonly itpm?: number | undefined;
  readonly otpm?: number | undefined;
}

const MEANT: readonly [keyof ShortLimits, Dimension, windowMs: number][] = [
  ['rpm', 'requests', MINUTE_MS],
  ['rpd', 'requests', DAY_MS],
  ['tpm', 'tokens', MINUTE_MS],
  ['tpd', 'tokens', DAY_MS],
  ['itpm', 'input', MINUTE_MS],
  ['otpm', 'output', MINUTE_MS],
];

/** What the words mean with most vendors: buckets of a window's depth that come back evenly. */
export const linearLimits = (stated: ShortLimits): StatedLimit[] =>
  MEANT.flatMap(([word, dimension, windowMs]) => {
    const limit = stated[word];
    return limit === undefined ? [] : [{ dimension, limit, windowMs, refill: 'linear' as const }];
  });
