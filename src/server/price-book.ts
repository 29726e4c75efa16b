import { RecentMap } from '#balancer/recent-map.ts';
import type { LoadedConfig } from '#config/loaded.ts';
import type { Clock } from '#core/clock.ts';
import { derived } from '#core/derived.ts';
import type { Prices } from '#core/price.ts';
import { isStarPattern } from '#core/star-pattern.ts';
import { type Pricing, pricesOf } from '#providers/models.ts';

/** Some prices change with the hour: what was looked up holds for so long, ms. */
const FRESH_MS = 60_000;
/** Names behind patterns come from callers: so many are kept. */
const MOST_NAMES = 1_000;
const NAME_CHARS = 200;

const NONE: Prices = {};

interface Found {
  readonly prices: Prices;
  readonly until: number;
}

interface Row {
  readonly pricing: Pricing;
  /** Of a row that is asked for one model only. */
  found?: Found;
}

interface Asked {
  readonly pricing: Pricing;
  readonly now: number;
}

/** A deployment's prices as of now, for the model that it is asked for; empty where nobody knows them. */
export type PriceBook = (deployment: string, model: string, now?: number) => Prices;

export const createPriceBook = (
  config: Pick<LoadedConfig, 'deployments'>,
  clock: Clock,
): PriceBook => {
  const known = derived(
    () => config.deployments,
    (rows) => new Map(rows.map(({ name, pricing }): [string, Row] => [name, { pricing }])),
  );
  const find = (pricing: Pricing, now: number): Found => ({
    prices: pricesOf(pricing, clock.wall()),
    until: now + FRESH_MS,
  });
  const recent = new RecentMap<Found & Pick<Row, 'pricing'>>(MOST_NAMES);
  /** A pattern's row has the prices of whatever it is asked for. */
  const ofPattern = (deployment: string, model: string, { pricing, now }: Asked): Prices => {
    const key = `${deployment} ${model}`;
    const before = recent.get(key);
    if (before && before.pricing === pricing && now < before.until) return before.prices;
    const found = find({ ...pricing, model }, now);
    if (model.length <= NAME_CHARS) recent.set(key, { ...found, pricing });
    return found.prices;
  };
  return (deployment, model, now = clock.now()) => {
    const row = known().get(deployment);
    if (!row) return NONE;
    const { pricing } = row;
    if (isStarPattern(pricing.model)) return ofPattern(deployment, model, { pricing, now });
    if (!row.found || now >= row.found.until) row.found = find(pricing, now);
    return row.found.prices;
  };
};
