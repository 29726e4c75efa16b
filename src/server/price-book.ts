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
  readonly pricing: Pricing;
  readonly prices: Prices;
  readonly until: number;
}

/** A deployment's prices as of now, for the model that it is asked for; empty where nobody knows them. */
export type PriceBook = (deployment: string, model: string) => Prices;

export const createPriceBook = (
  config: Pick<LoadedConfig, 'deployments'>,
  clock: Clock,
): PriceBook => {
  const known = derived(
    () => config.deployments,
    (rows) => new Map(rows.map(({ name, pricing }) => [name, pricing])),
  );
  const recent = new RecentMap<Found>(MOST_NAMES);
  return (deployment, model) => {
    const pricing = known().get(deployment);
    if (!pricing) return NONE;
    const key = `${deployment} ${model}`;
    const now = clock.now();
    const found = recent.get(key);
    if (found && found.pricing === pricing && now < found.until) return found.prices;
    const prices = pricesOf(named(pricing, model), clock.wall());
    if (model.length <= NAME_CHARS) recent.set(key, { pricing, prices, until: now + FRESH_MS });
    return prices;
  };
};

/** A pattern's row has the prices of whatever it is asked for. */
const named = (pricing: Pricing, model: string): Pricing =>
  isStarPattern(pricing.model) ? { ...pricing, model } : pricing;
