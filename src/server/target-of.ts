import type { Deployment } from '#config/loaded.ts';
import { findProvider } from '#providers/index.ts';
import type { CredentialStore } from '#upstream/credential-store.ts';
import { createTarget, type Target } from '#upstream/target.ts';

/** A deployment with what vouches for it: its key, what its key is traded for, or what its settings name. */
export const targetOf = (deployment: Deployment, credentials: CredentialStore): Target => {
  const { provider: vendor, apiKey, settings, model } = deployment;
  const provider = findProvider(vendor);
  if (!provider) throw new Error(`There is no provider named ${vendor}.`);
  const spec =
    apiKey === undefined ? provider.credentials?.(settings, model) : provider.tradesKey?.(apiKey);
  return createTarget(provider, deployment, spec && credentials.of(spec));
};
