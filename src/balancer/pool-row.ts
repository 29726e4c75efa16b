import { type Bid, bidWaitMs, ownAccount } from '#balancer/bid.ts';
import type { Row } from '#balancer/eligible.ts';
import type { Health } from '#balancer/health.ts';
import { costNanos } from '#balancer/member.ts';
import type { MemberState } from '#balancer/member-state.ts';
import type { Latency, QuotaRow } from '#balancer/policies/policy.ts';
import type { RunMemory } from '#balancer/run-memory.ts';
import type { Clock } from '#core/clock.ts';
import type { Writable } from '#core/writable.ts';
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
  readonly clock: Clock;
  /** Monotonic ms. */
  readonly now: number;
}

/**
 * A deployment as it is now to one request. What nobody asks for is not looked up, and a policy asks
 * for little: to be read at once, before anything changes.
 */
export class PoolRow implements Row {
  waitMs = 0;
  held: string | undefined;
  health: Row['health'];
  cachedTokens = 0;
  home: boolean | undefined;
  readonly #state: MemberState;
  #bid: Bid;
  #glance: Glance;
  readonly #quota: Writable<QuotaRow>[] = [];
  #isQuotaRead = false;

  constructor(state: MemberState, bid: Bid, glance: Glance) {
    this.#state = state;
    this.#bid = bid;
    this.#glance = glance;
    this.show(bid, glance);
  }

  /** From now on it is what another request sees. */
  show(bid: Bid, glance: Glance): void {
    const { ledger, health, kept, now } = glance;
    this.#bid = bid;
    this.#glance = glance;
    this.waitMs = bidWaitMs(ledger, bid, now);
    this.health = health?.view(this.name, now);
    this.held =
      kept.size > 0 && bid.accounts.some((account) => kept.has(account))
        ? 'kept for a request that came before'
        : undefined;
    this.cachedTokens = 0;
    this.home = undefined;
    this.#isQuotaRead = false;
  }

  get name(): string {
    return this.#bid.member.name;
  }

  get isPaused(): boolean {
    return this.#glance.paused.has(this.name);
  }

  get inFlight(): number {
    return this.#state.inFlight;
  }

  get quota(): readonly QuotaRow[] {
    if (this.waitMs === Infinity) return NO_QUOTA;
    if (!this.#isQuotaRead) readQuota(this.#quota, this.#bid, this.#glance);
    this.#isQuotaRead = true;
    return this.#quota;
  }

  get latency(): Latency | undefined {
    return this.#state.latency.read(this.#glance.now);
  }

  get costNanos(): number | undefined {
    const { member, size } = this.#bid;
    return member.price && costNanos(member.price, size);
  }

  get minute(): Row['minute'] {
    return this.#state.minute(this.#glance);
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

/** Into the rows that are there from the last time. */
const readQuota = (
  rows: Writable<QuotaRow>[],
  { accounts, cost: costs }: Bid,
  { ledger, now }: Glance,
): void => {
  let count = 0;
  for (const account of accounts)
    for (const { dimension, amount, windowMs, capacity, level } of ledger.gauges(account, now)) {
      const perMinute = windowMs > 0 ? (amount * MINUTE_MS) / windowMs : amount;
      const cost = costs[dimension] ?? 0;
      const row = rows[count++];
      if (!row) {
        rows.push({ dimension, perMinute, capacity, level, cost });
        continue;
      }
      row.dimension = dimension;
      row.perMinute = perMinute;
      row.capacity = capacity;
      row.level = level;
      row.cost = cost;
    }
  rows.length = count;
};
