import type { Priority } from '#balancer/admit.ts';
import type { Dimension } from '#core/quota.ts';
import type { Gauge } from '#ledger/limit.ts';

/** One account and what it has left. */
export interface AccountView {
  readonly account: string;
  /** Those that draw from it. */
  readonly deployments: readonly string[];
  readonly gauges: readonly Gauge[];
  /** Until somebody may draw from it again, ms from now; 0 where it is open. */
  readonly blockedMs: number;
  /** Calls under way of its deployments. */
  readonly inFlight: number;
}

/** What one tenant has in one line. */
export interface TenantView {
  readonly key: string;
  readonly user: string;
  readonly priority: Priority;
  readonly requests: number;
  readonly tokens: number;
  /** How long its first one has waited, ms. */
  readonly oldestMs: number;
}

export interface LineView {
  /** The groups that wait in it. */
  readonly groups: readonly string[];
  readonly requests: number;
  readonly tokens: number;
  readonly tenants: readonly TenantView[];
}

/** What a group may use in all. */
export interface GroupView {
  readonly group: string;
  readonly keys: number;
  /** Fewer than keys where several turned out to share their limits. */
  readonly pools: number;
  /** The sum of what is known of its pools; a dimension of which some pool says nothing is absent. */
  readonly perMinute: { readonly [D in Dimension]?: number };
}

/** The balance as it stands. */
export interface QuotaView {
  readonly groups: readonly GroupView[];
  readonly accounts: readonly AccountView[];
  readonly lines: readonly LineView[];
}
