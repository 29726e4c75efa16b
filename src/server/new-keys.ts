import { isDeepStrictEqual } from 'node:util';
import type { Deployment, LoadedConfig } from '#config/loaded.ts';
import { targetOf } from '#server/target-of.ts';
import type { CredentialStore } from '#upstream/credential-store.ts';
import type { Target } from '#upstream/target.ts';

export interface NewKeysDeps {
  readonly targets: Map<string, Target>;
  /** For keys that are traded. */
  readonly credentials: CredentialStore;
  /** What was said of the old key of a deployment holds no longer. */
  readonly renewed: (deployment: string) => void;
}

export interface NewKeys {
  /** Deployments that have another key from now on. */
  readonly taken: readonly string[];
  /** Something else has changed too: only a restart can use it. */
  readonly isMore: boolean;
}

/**
 * Takes the vendors' keys of a config that has been read again: new calls use them, calls under way end
 * as they would. Limits stay with their deployments, and so does LiteLLM's id, which knows the key.
 */
export const takeNewKeys = (
  { targets, credentials, renewed }: NewKeysDeps,
  served: LoadedConfig,
  next: LoadedConfig,
): NewKeys => {
  const rows = new Map(next.deployments.map((row) => [row.name, row]));
  const taken: string[] = [];
  for (const row of served.deployments) {
    const now = rows.get(row.name);
    if (!now || !isSameBesides(row, now) || now.apiKey === undefined) continue;
    if (now.apiKey === targets.get(row.name)?.spec.apiKey) continue;
    targets.set(row.name, targetOf({ ...row, apiKey: now.apiKey }, credentials));
    renewed(row.name);
    taken.push(row.name);
  }
  return { taken, isMore: !isDeepStrictEqual(withoutKeys(served), withoutKeys(next)) };
};

/** A key decides where a row's name comes from, and its id; neither is a change of its own. */
const plain = ({
  apiKey,
  apiKeySource: _,
  id: __,
  line: ___,
  column: ____,
  ...row
}: Deployment) => ({
  ...row,
  hasKey: apiKey !== undefined,
});

const isSameBesides = (a: Deployment, b: Deployment): boolean =>
  isDeepStrictEqual(plain(a), plain(b));

const withoutKeys = ({ deployments, unusable, warnings: _, ...rest }: LoadedConfig) => ({
  ...rest,
  unusable: unusable.length,
  deployments: deployments.map(plain),
});
