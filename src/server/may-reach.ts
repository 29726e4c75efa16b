import type { LoadedConfig } from '#config/loaded.ts';
import { derived } from '#core/derived.ts';
import { addressGuard } from '#net/address-guard.ts';
import { findProvider } from '#providers/index.ts';
import type { ResolveOptions } from '#upstream/resolve.ts';

/**
 * Names that come from nobody's config, the vendors' own, must not lead inside: a resolver that says so
 * is mistaken, or worse. A name that the config states as `api_base` may lead anywhere.
 */
export const mayReach = (
  config: Pick<LoadedConfig, 'deployments'>,
): NonNullable<ResolveOptions['mayReach']> => {
  const outside = derived(() => config.deployments, vendorsOwn);
  const addresses = addressGuard([]);
  return (name, address) => !outside().has(name) || addresses.allows(address);
};

const vendorsOwn = (deployments: LoadedConfig['deployments']): ReadonlySet<string> => {
  const names = new Set<string>();
  for (const { provider, apiBase } of deployments) {
    const base = apiBase === undefined ? findProvider(provider)?.baseUrl : undefined;
    if (base) names.add(new URL(base).hostname);
  }
  return names;
};
