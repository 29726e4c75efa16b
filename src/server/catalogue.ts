import type { LoadedConfig } from '#config/loaded.ts';
import type { Clock } from '#core/clock.ts';
import type { CatalogueRow } from '#gateway/catalogue.ts';
import { pricesOf } from '#providers/models.ts';

/** What there is, with the prices of the moment in which somebody asks. */
export const createCatalogue =
  (config: LoadedConfig, clock: Clock): (() => readonly CatalogueRow[]) =>
  () => {
    const wallMs = clock.wall();
    return config.deployments.map((one) => ({ ...one, prices: pricesOf(one.pricing, wallMs) }));
  };
