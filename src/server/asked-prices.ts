import type { LoadedConfig } from '#config/loaded.ts';
import { derived } from '#core/derived.ts';
import type { Prices } from '#core/price.ts';
import type { Groups } from '#gateway/groups.ts';
import { findProvider, providerOfModel } from '#providers/index.ts';
import { pricesOf } from '#providers/models.ts';
import type { PriceBook } from '#server/price-book.ts';

/**
 * What a name costs by which somebody asks for prices: as whoever serves it here, else as the table has
 * it, where the name gives its vendor away. `wall` is Unix epoch ms.
 */
export const askedPrices = (
  config: Pick<LoadedConfig, 'deployments'>,
  {
    groups,
    prices,
    wall,
  }: {
    readonly groups: Pick<Groups, 'find'>;
    readonly prices: PriceBook;
    readonly wall: () => number;
  },
): ((model: string) => Prices | undefined) => {
  const members = derived(
    () => config.deployments,
    (rows) => Map.groupBy(rows, ({ group }) => group),
  );
  return (model) => {
    const found = groups.find(model);
    const rows = found ? (members().get(found.group) ?? []) : [];
    const row = rows.find(({ name }) => name === found?.pinned) ?? rows[0];
    if (row) return prices(row.name, found?.models?.get(row.name) ?? row.model);
    const [vendor = '', ...rest] = model.split('/');
    const provider = findProvider(vendor)?.name ?? providerOfModel(model)?.name;
    if (provider === undefined) return undefined;
    const name = provider === vendor ? rest.join('/') : model;
    return pricesOf({ provider, model: name, own: {} }, wall());
  };
};
