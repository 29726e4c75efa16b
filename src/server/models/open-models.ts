import type { CredentialDesk } from '#gateway/admin/credentials.ts';
import type { ModelDesk } from '#gateway/admin/models.ts';
import type { Gateway } from '#server/gateway.ts';
import type { Keeping } from '#server/keeping.ts';
import { StoredConfig, type StoredConfigDeps } from '#server/models/stored-config.ts';
import { StoredCredentials } from '#server/models/stored-credentials.ts';
import { StoredModels } from '#server/models/stored-models.ts';

/** Who changes what is served while it is served. */
export interface Desks {
  readonly models: ModelDesk;
  readonly credentials: CredentialDesk;
}

/** Serves the models of the store beside those of the file; undefined where nothing is kept. */
export const openModels = async (
  gateway: Gateway,
  keeping: Keeping,
  load: StoredConfigDeps['load'],
): Promise<Desks | undefined> => {
  const { accounts, config } = gateway;
  if (!accounts) return undefined;
  const { registry } = accounts;
  const stored = new StoredConfig({ registry, config, load, take: (next) => gateway.take(next) });
  await stored.open();
  keeping.onRefresh((sinceMs) => stored.refresh(sinceMs));
  return { models: new StoredModels(stored), credentials: new StoredCredentials(stored) };
};
