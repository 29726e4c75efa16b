import type { Gateway } from '#server/gateway.ts';
import type { Keeping } from '#server/keeping.ts';
import { StoredModels, type StoredModelsDeps } from '#server/models/stored-models.ts';

/** Serves the models of the store beside those of the file; undefined where nothing is kept. */
export const openModels = async (
  gateway: Gateway,
  keeping: Keeping,
  load: StoredModelsDeps['load'],
): Promise<StoredModels | undefined> => {
  const { accounts, config } = gateway;
  if (!accounts) return undefined;
  const { registry } = accounts;
  const models = new StoredModels({ registry, config, load, take: (next) => gateway.take(next) });
  await models.open();
  keeping.onRefresh((sinceMs) => models.refresh(sinceMs));
  return models;
};
