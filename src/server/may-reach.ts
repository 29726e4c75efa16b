import type { LoadedConfig } from '#config/loaded.ts';
import { addressGuard } from '#net/address-guard.ts';
import { findProvider } from '#providers/index.ts';
import type { ResolveOptions } from '#upstream/resolve.ts';

/**
 * Names that come from nobody's config, the vendors' own, must not lead inside: a resolver that says so
 * is mistaken, or worse. A name that the config states as `api_base` may lead anywhere.
 */
export const mayReach = (
  deployments: LoadedConfig['deployments'],
): NonNullable<ResolveOptions['mayReach']> => {
  const outside = new Set<string>();
  for (const { provider, apiBase } of deployments) {
    const base = apiBase === undefined ? findProvider(provider)?.baseUrl : undefined;
    if (base) outside.add(new URL(base).hostname);
  }
  const addresses = addressGuard([]);
  return (name, address) => !outside.has(name) || addresses.allows(address);
};
