import type { AppKeys } from '#service-api/app-keys.ts';
import type { RunDeps } from '#service-api/run-app.ts';
import type { ServedApps } from '#service-api/served-apps.ts';

/** What the API of apps is made of. */
export interface ApiDeps extends RunDeps {
  readonly apps: ServedApps;
  readonly keys: AppKeys;
  /** Asks a model for questions that may come next; absent where that cannot be. */
  readonly suggest?: (asked: {
    readonly turns: readonly { readonly query: string; readonly answer: string }[];
    readonly signal: AbortSignal;
  }) => Promise<readonly string[]>;
}
