import type { AdmitRequest, Spent } from '#balancer/admit.ts';
import { type Affinity, AffinityMemory } from '#balancer/affinity.ts';
import { type Bid, type Costs, bidOf, bidWaitMs, costsOf, ownAccount } from '#balancer/bid.ts';
import type { Row } from '#balancer/eligible.ts';
import type { Estimator } from '#balancer/estimate.ts';
import type { Health } from '#balancer/health.ts';
import { costNanos, type Member } from '#balancer/member.ts';
import { MemberState } from '#balancer/member-state.ts';
import { PatternAccounts } from '#balancer/pattern-accounts.ts';
import type { QuotaRow } from '#balancer/policies/policy.ts';
import { RunMemory } from '#balancer/run-memory.ts';
import type { Clock } from '#core/clock.ts';
import { isStarPattern } from '#core/star-pattern.ts';
import type { Ledger } from '#ledger/ledger.ts';

const MINUTE_MS = 60_000;
/** Vendors keep a prompt for five minutes or more after its last use. */
const CACHE = { most: 10_000, ttlMs: 5 * MINUTE_MS };

export interface PoolDeps {
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly estimator: Estimator;
  /** Absent where nobody is ever left out. */
  readonly health?: Health;
}

/** All that changes about deployments, but for their quotas. Its leases are the only way in which it changes. */
export class Pool {
  readonly #deps: PoolDeps;
  readonly #groups = new Map<string, Member[]>();
  readonly #states = new Map<string, MemberState>();
  readonly #traits = new Map<string, Traits>();
  readonly #runs = new RunMemory();
  readonly #patterns = new PatternAccounts();
  readonly #prompts = new AffinityMemory(CACHE);

  constructor(members: readonly Member[], deps: PoolDeps) {
    this.#deps = deps;
    for (const member of members) {
      const group = this.#groups.get(member.group);
      if (group) group.push(member);
      else this.#groups.set(member.group, [member]);
      this.#states.set(member.name, new MemberState(member.accounts));
      this.#traits.set(member.name, traitsOf(member));
    }
  }

  get groups(): readonly string[] {
    return [...this.#groups.keys()];
  }

  get health(): Health | undefined {
    return this.#deps.health;
  }

  /** Those that are not left out for their failures; all of them where all are. */
  well(bids: readonly Bid[]): readonly Bid[] {
    const { health } = this.#deps;
    if (!health) return bids;
    const well = bids.filter(({ member }) => health.view(member.name)?.state !== 'out');
    return well.length > 0 ? well : bids;
  }

  members(group: string): readonly Member[] {
    return this.#groups.get(group) ?? [];
  }

  state(name: string): MemberState {
    const state = this.#states.get(name);
    if (!state) throw new Error(`There is no deployment named ${name}.`);
    return state;
  }

  /** What each deployment of the group would charge; empty for a group that does not exist. */
  bids(group: string, request: Pick<AdmitRequest, 'demand' | 'tenant' | 'models'>): Bid[] {
    const { demand, tenant, models } = request;
    let same: Costs | undefined;
    return this.members(group).map((member) => {
      const { name, charge } = member;
      const model = models?.get(name) ?? member.model;
      if (same?.model !== model || same.charge !== charge)
        same = costsOf(charge, model, this.#deps.estimator.size(demand, model, tenant.key));
      return bidOf(member, same, this.accounts(member, model));
    });
  }

  /** What a call of this model draws from, outermost first, as things stand. */
  accounts(member: Member, model: string): readonly string[] {
    const { accounts } = this.state(member.name);
    return model === member.model ? accounts : this.#patterns.accounts(accounts, model);
  }

  /** What it may have been asked for: its own model, and behind a pattern all that have been called. */
  models({ model }: Member): readonly string[] {
    return isStarPattern(model) ? [model, ...this.#patterns.models] : [model];
  }

  get everybody(): readonly Member[] {
    return [...this.#groups.values()].flat();
  }

  /** The deployments as they are now, to one request. `kept`: accounts that are kept for others. */
  rows(bids: readonly Bid[], request: AdmitRequest, kept: ReadonlySet<string>): Row[] {
    const now = this.#deps.clock.now();
    const minute = this.#minute();
    const rows = bids.map((bid) => this.#row(bid, request, { kept, now, minute }));
    const affinity = this.#affinity(bids, request, rows);
    if (!affinity) return rows;
    return rows.map((row, i) => {
      const account = ownAccount(bids[i]!);
      const cachedTokens = affinity.cachedTokens.get(account) ?? 0;
      return { ...row, cachedTokens, home: affinity.home === account };
    });
  }

  /** Its call has begun. */
  started(bid: Bid, { run, affinity }: AdmitRequest): void {
    const { clock } = this.#deps;
    const state = this.state(bid.member.name);
    const account = ownAccount(bid);
    state.inFlight++;
    if (bid.model !== bid.member.model) this.#patterns.called(bid.model);
    state.used(this.#minute(), { requests: 1, tokens: 0 });
    if (run !== undefined) this.#runs.given(run, account);
    const prompt = { pool: account, tokens: bid.size.inputTokens };
    if (affinity !== undefined) this.#prompts.served(affinity, prompt, clock.now());
  }

  /** Its call has ended, and what it came to where that is known. */
  ended({ member }: Bid, spent: Spent | undefined): void {
    const state = this.state(member.name);
    state.inFlight--;
    if (spent)
      state.used(this.#minute(), { requests: 0, tokens: spent.inputTokens + spent.outputTokens });
  }

  #row(
    bid: Bid,
    { run }: AdmitRequest,
    at: { kept: ReadonlySet<string>; now: number; minute: number },
  ): Row {
    const { member } = bid;
    const { ledger } = this.#deps;
    const { kept, now, minute } = at;
    const state = this.state(member.name);
    const isKept = kept.size > 0 && bid.charges.some(({ account }) => kept.has(account));
    const waitMs = bidWaitMs(ledger, bid, now);
    const latency = state.latency.read(now);
    const health = this.#deps.health?.view(member.name);
    const { price } = member;
    return {
      ...this.#traits.get(member.name)!,
      inFlight: state.inFlight,
      waitMs,
      quota: waitMs === Infinity ? NO_QUOTA : this.#quota(bid, now),
      minute: state.minute(minute),
      runCalls: run === undefined ? 0 : this.#runs.calls(run, ownAccount(bid)),
      cachedTokens: 0,
      ...(latency && { latency }),
      ...(health && { health }),
      ...(price && { costNanos: costNanos(price, bid.size) }),
      ...(isKept && { held: 'kept for a request that came before' }),
    };
  }

  #affinity(
    bids: readonly Bid[],
    { affinity }: AdmitRequest,
    rows: readonly Row[],
  ): Affinity | undefined {
    if (affinity === undefined || bids.length < 2) return undefined;
    const pools = new Map<string, { name: string; weight: number; calls: number }>();
    let tokens = 0;
    for (const [i, bid] of bids.entries()) {
      const { waitMs, held, quota, inFlight } = rows[i]!;
      if (waitMs > 0 || held) continue;
      const name = ownAccount(bid);
      const weight = quota.find(({ dimension }) => dimension !== 'requests')?.perMinute ?? 1;
      pools.set(name, { name, weight, calls: (pools.get(name)?.calls ?? 0) + inFlight });
      tokens = Math.max(tokens, bid.size.inputTokens);
    }
    const of = { pools: [...pools.values()], tokens };
    return this.#prompts.of(affinity, of, this.#deps.clock.now());
  }

  #quota({ charges }: Bid, now: number): readonly QuotaRow[] {
    const rows: QuotaRow[] = [];
    for (const { account, cost } of charges)
      for (const gauge of this.#deps.ledger.gauges(account, now)) {
        const { dimension, amount, windowMs, capacity, level } = gauge;
        const perMinute = windowMs > 0 ? (amount * MINUTE_MS) / windowMs : amount;
        rows.push({ dimension, perMinute, capacity, level, cost: cost[dimension] ?? 0 });
      }
    return rows;
  }

  #minute(): number {
    return Math.floor(this.#deps.clock.wall() / MINUTE_MS);
  }
}

/** What never changes of a row. */
type Traits = Pick<
  Row,
  'name' | 'weight' | 'rpm' | 'tpm' | 'order' | 'tags' | 'region' | 'contextTokens' | 'abilities'
>;

const traitsOf = ({
  name,
  weight,
  rpm,
  tpm,
  order,
  tags,
  region,
  contextTokens,
  abilities,
}: Member): Traits => ({
  name,
  ...(weight !== undefined && { weight }),
  ...(rpm !== undefined && { rpm }),
  ...(tpm !== undefined && { tpm }),
  ...(order !== undefined && { order }),
  ...(tags && { tags }),
  ...(region !== undefined && { region }),
  ...(contextTokens !== undefined && { contextTokens }),
  ...(abilities && { abilities }),
});

const NO_QUOTA: readonly QuotaRow[] = [];
