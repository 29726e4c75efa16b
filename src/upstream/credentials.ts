import type { Agent } from '#upstream/agents.ts';

/** A request as a signature covers it. */
export interface Outgoing {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly origin: string;
  /** With its query. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type AuthHeaders = Readonly<Record<string, string>>;

/** Who vouches for requests where a key in a fixed header does not. Shared by deployments that say the same. */
export interface Credentials {
  /**
   * Headers to add to this request, names in lower case: at once where what they need is at hand, as it
   * nearly always is. Throws, or rejects with, a SpillwayError that shows no secret.
   */
  headersFor(request: Outgoing): AuthHeaders | Promise<AuthHeaders>;
  /**
   * Where what `headersFor` gave last sends requests to this origin; undefined where they stay. Asked
   * once the headers are there.
   */
  placeOf?(origin: string): { readonly origin: string; readonly agent: Agent } | undefined;
  /** Begins to fetch what it needs, and keeps it fresh from then on. */
  start(): void;
  /** Fetches nothing any more. */
  close(): void;
}
