import { isDeepStrictEqual } from 'node:util';
import type { Deployment, LoadedConfig } from '#config/loaded.ts';

export interface LiveConfig {
  /** As it is now: its deployments are read anew by whoever needs them. */
  readonly config: LoadedConfig;
  /** From now on it has these rows. Those that are the same as before stay the very same. */
  take(next: Pick<LoadedConfig, 'deployments' | 'unusable'>): LiveChange;
}

export interface LiveChange {
  /** New ones, and those of which something is different. */
  readonly changed: readonly Deployment[];
  /** By name. */
  readonly gone: readonly string[];
}

export const isNothing = ({ changed, gone }: LiveChange): boolean =>
  changed.length + gone.length === 0;

/** A config whose rows may change while it is served; nothing else of it does. */
export const liveConfig = (first: LoadedConfig): LiveConfig => {
  let { deployments, unusable } = first;
  return {
    config: {
      ...first,
      get deployments() {
        return deployments;
      },
      get unusable() {
        return unusable;
      },
    },
    take(next) {
      const before = new Map(deployments.map((row) => [row.name, row]));
      const changed: Deployment[] = [];
      deployments = next.deployments.map((row) => {
        const known = before.get(row.name);
        before.delete(row.name);
        if (known && isDeepStrictEqual(known, row)) return known;
        changed.push(row);
        return row;
      });
      unusable = next.unusable;
      return { changed, gone: [...before.keys()] };
    },
  };
};
