import type { AdmitRequest } from '#balancer/admit.ts';
import type { Cost } from '#core/quota.ts';
import type { Gauge } from '#ledger/limit.ts';

/** What one deployment could do for a request at an instant. */
export interface Chance {
  readonly deployment: string;
  readonly accounts: readonly string[];
  /** Of these, those that lack room for it. */
  readonly short: readonly string[];
  /** Until it has room there, ms. */
  readonly waitMs: number;
  /** Of all that it draws from nothing is used: what comes back is lost. */
  readonly isFull: boolean;
}

/** One who waits, and what there is for it. */
export interface Waiting {
  readonly ask: number;
  readonly chances: readonly Chance[];
}

/** What one reservation took from one account, and what that held. */
export interface Taken {
  readonly account: string;
  readonly cost: Cost;
  readonly isBlocked: boolean;
  readonly before: readonly Gauge[];
  readonly after: readonly Gauge[];
}

/** One thing that happened. `ask` numbers what was asked of the owner: a request may ask again. */
export type Happening =
  | {
      readonly what: 'asked';
      readonly ask: number;
      readonly request: AdmitRequest;
      /** How long it may wait from now. */
      readonly leftMs: number;
      /** How much it counts where turns are given by size, tokens. */
      readonly weight: number;
    }
  | {
      readonly what: 'admitted';
      readonly ask: number;
      readonly deployment: string;
      readonly group: string;
    }
  | {
      readonly what: 'refused';
      readonly ask: number;
      readonly code: string;
      readonly waitMs: number | undefined;
      readonly chances: readonly Chance[];
    }
  | { readonly what: 'nobody'; readonly ask: number; readonly chances: readonly Chance[] }
  | { readonly what: 'left'; readonly ask: number }
  | { readonly what: 'reserved'; readonly taken: readonly Taken[] }
  | { readonly what: 'ended again'; readonly before: string; readonly after: string }
  /** Nothing is about to happen. */
  | { readonly what: 'quiet'; readonly waiting: readonly Waiting[]; readonly inLine: number }
  | { readonly what: 'over'; readonly inFlight: number; readonly inLine: number };

/** In the order in which it happened; `at` in ms since the world began, leaps of clocks left out. */
export type History = readonly (Happening & { readonly at: number })[];
