import { type Bid, bidWaitMs, ownAccount } from '#balancer/bid.ts';
import type { Row } from '#balancer/eligible.ts';
import type { Health } from '#balancer/health.ts';
import { costNanos } from '#balancer/member.ts';
import type { MemberState } from '#balancer/member-state.ts';
import type { Latency, QuotaRow } from '#balancer/policies/policy.ts';
import type { RunMemory } from '#balancer/run-memory.ts';
import type { Ledger } from '#ledger/ledger.ts';

const MINUTE_MS = 60_000;
const NO_QUOTA: readonly QuotaRow[] = [];

/** One look at all deployments on behalf of one request. */
export interface Glance {
  readonly ledger: Ledger;
  /** Absent where nobody watches it. */
  readonly health: Health | undefined;
  readonly paused: ReadonlySet<string>;
  readonly runs: RunMemory;
  readonly run: string | undefined;
  /** Accounts that are kept for others. */
  readonly kept: ReadonlySet<string>;
  readonly now: number;
  /** Of the wall clock. */
  readonly minute: number;
}

/**
 * A deployment as it is now to one request. What nobody asks for is not looked up, and a policy asks
 * for little: to be read at once, before anything changes.
 */
export class PoolRow implements Row {
  readonly name: string;
  readonly waitMs: number;
  readonly held: string | undefined;
  readonly health: Row['health'];
  readonly isPaused: boolean;
  cachedTokens = 0;
  home: boolean | undefined;
  readonly #bid: Bid;
  readonly #state: MemberState;
  readonly #glance: Glance;
  #quota: readonly QuotaRow[] | undefined;

  constructor(bid: Bid, state: MemberState, glance: Glance) {
    const { ledger, health, paused, kept, now } = glance;
    this.#bid = bid;
    this.#state = state;
    this.#glance = glance;
    this.name = bid.member.name;
    this.waitMs = bidWaitMs(ledger, bid, now);
    this.health = health?.view(this.name);
    this.isPaused = paused.size > 0 && paused.has(this.name);
    this.held =
      kept.size > 0 && bid.accounts.some((account) => kept.has(account))
        ? 'kept for a request that came before'
        : undefined;
  }

  get inFlight(): number {
    return this.#state.inFlight;
  }

  get quota(): readonly QuotaRow[] {
    return (this.#quota ??= this.waitMs === Infinity ? NO_QUOTA : quotaOf(this.#bid, this.#glance));
  }

  get latency(): Latency | undefined {
    return this.#state.latency.read(this.#glance.now);
  }

  get costNanos(): number | undefined {
    const { member, size } = this.#bid;
    return member.price && costNanos(member.price, size);
  }

  get minute(): Row['minute'] {
    return this.#state.minute(this.#glance.minute);
  }

  get runCalls(): number {
    const { runs, run } = this.#glance;
    return run === undefined ? 0 : runs.calls(run, ownAccount(this.#bid));
  }

  get weight(): number | undefined {
    return this.#bid.member.weight;
  }

  get rpm(): number | undefined {
    return this.#bid.member.rpm;
  }

  get tpm(): number | undefined {
    return this.#bid.member.tpm;
  }

  get order(): number | undefined {
    return this.#bid.member.order;
  }

  get tags(): readonly string[] | undefined {
    return this.#bid.member.tags;
  }

  get region(): string | undefined {
    return this.#bid.member.region;
  }

  get contextTokens(): number | undefined {
    return this.#bid.member.contextTokens;
  }

  get abilities(): Readonly<Record<string, boolean>> | undefined {
    return this.#bid.member.abilities;
  }
}

const quotaOf = ({ accounts, cost }: Bid, { ledger, now }: Glance): readonly QuotaRow[] => {
  const rows: QuotaRow[] = [];
  for (const account of accounts)
    for (const { dimension, amount, windowMs, capacity, level } of ledger.gauges(account, now)) {
      const perMinute = windowMs > 0 ? (amount * MINUTE_MS) / windowMs : amount;
      rows.push({ dimension, perMinute, capacity, level, cost: cost[dimension] ?? 0 });
    }
  return rows;
};
