import type { Tenant } from '#balancer/admit.ts';
import type { Out, Row } from '#balancer/eligible.ts';
import type { OwnLack } from '#balancer/own-side.ts';
import type { Use } from '#balancer/recent-use.ts';
import type { SpillwayError } from '#core/errors.ts';
import type { CallSize, Dimension } from '#core/quota.ts';
import type { Gauge } from '#ledger/limit.ts';

/** One limit that a request would draw from, as it stands, and what the request would take. */
export interface ExplainedLimit extends Gauge {
  readonly account: string;
  readonly cost: number;
}

/** One deployment, as one request would find it now. */
export interface ExplainedRow {
  readonly row: Row;
  readonly model: string;
  /** Why it is not among those that the policy chooses from; absent where it is. */
  readonly out?: Out;
  readonly size: CallSize;
  readonly limits: readonly ExplainedLimit[];
  /** What the call is likely to cost, and at most; absent without a price, or without a bound. Nano-dollars. */
  readonly likelyNanos?: number;
  readonly mostNanos?: number;
}

export interface ExplainedGroup {
  readonly group: string;
  readonly rows: readonly ExplainedRow[];
}

/** Whose requests are served first, tokens. `user` is empty for all of a key's. */
export interface Ahead extends Tenant {
  readonly tokens: number;
}

/** Where a request stands when it comes to wait. */
export interface LinePlace {
  /** All that wait in this line already. */
  readonly requests: number;
  readonly tokens: number;
  /** Of these, what is served before it, tokens; and of whom, most first. */
  readonly aheadTokens: number;
  readonly ahead: readonly Ahead[];
  /** What it is expected to take, tokens. */
  readonly weight: number;
  /** Accounts that lack room for it. */
  readonly accounts: readonly string[];
  /**
   * Of the first of them, what it lacks; where all have room and others are served first, what is
   * scarcest. Absent where nobody knows.
   */
  readonly dimension?: Dimension;
  /** What it lacks on our own side, where it does. */
  readonly own?: OwnLack;
  /** Who has been given tokens of its group's accounts in the last minute, most first. */
  readonly used: readonly Use[];
  /** What others than this gateway must have used of them in that time at least, tokens. */
  readonly usedElsewhere: number;
  /** Until its turn comes, as far as can be told, ms. */
  readonly predictedMs: number;
  /** How long it may wait, ms. */
  readonly leftMs: number;
}

/** What would become of a request now. */
export type Fate =
  | { readonly verdict: 'now'; readonly group: string; readonly choice: string }
  | { readonly verdict: 'waits' }
  | { readonly verdict: 'refused'; readonly error: SpillwayError };

export interface Explanation {
  readonly fate: Fate;
  readonly place: LinePlace;
  /** Its own group, then those that may stand in for it. */
  readonly groups: readonly ExplainedGroup[];
}
