import type { Priority } from '#balancer/admit.ts';
import type { RowHealth } from '#balancer/eligible.ts';
import type { PerMinute } from '#balancer/per-minute.ts';
import type { Gauge } from '#ledger/limit.ts';

/** One account and what it has left. */
export interface AccountView {
  readonly account: string;
  /** For people. */
  readonly title: string;
  /** The one that was called, of accounts behind a pattern of models. */
  readonly model?: string;
  /** Those that draw from it. */
  readonly deployments: readonly string[];
  readonly gauges: readonly Gauge[];
  /** Until somebody may draw from it again, ms from now; 0 where it is open. */
  readonly blockedMs: number;
  /** Calls under way of its deployments. */
  readonly inFlight: number;
  /** Of what turned out to be shared: by whom, and what that comes to, in a sentence. */
  readonly sharing?: string;
}

/** One deployment. */
export interface DeploymentView {
  readonly deployment: string;
  readonly group: string;
  readonly inFlight: number;
  readonly isPaused: boolean;
  /** Absent while it is well. */
  readonly health?: RowHealth;
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
  /** The groups that wait in it, each with what it has there. */
  readonly groups: readonly { readonly group: string; readonly requests: number }[];
  readonly requests: number;
  readonly tokens: number;
  readonly tenants: readonly TenantView[];
}

/** What a group may use in all. */
export interface GroupView {
  readonly group: string;
  readonly deployments: number;
  /** Fewer than deployments where several share their limits. */
  readonly pools: number;
  /** The sum of what is known of its pools; a dimension that nothing bounds in some of them is absent. */
  readonly perMinute: PerMinute;
}

/** The balance as it stands. */
export interface QuotaView {
  readonly groups: readonly GroupView[];
  readonly deployments: readonly DeploymentView[];
  readonly accounts: readonly AccountView[];
  readonly lines: readonly LineView[];
  /** By how much of what vendors counted the estimates of prompts have been off of late, ≥ 0. */
  readonly estimateError: number;
}
