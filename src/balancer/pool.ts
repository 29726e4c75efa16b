import { isDeepStrictEqual } from 'node:util';
import type { AdmitRequest, Spent } from '#balancer/admit.ts';
import { AffinityMemory } from '#balancer/affinity.ts';
import { Bid, type Costs, costsOf, ownAccount } from '#balancer/bid.ts';
import type { Row } from '#balancer/eligible.ts';
import type { Estimator } from '#balancer/estimate.ts';
import type { Health } from '#balancer/health.ts';
import type { Member } from '#balancer/member.ts';
import { MemberState } from '#balancer/member-state.ts';
import { PatternAccounts } from '#balancer/pattern-accounts.ts';
import { type Glance, PoolRow } from '#balancer/pool-row.ts';
import { RunMemory } from '#balancer/run-memory.ts';
import type { Clock } from '#core/clock.ts';
import { isStarPattern } from '#core/star-pattern.ts';
import type { Writable } from '#core/writable.ts';
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
  readonly #runs = new RunMemory();
  readonly #patterns = new PatternAccounts();
  readonly #prompts = new AffinityMemory(CACHE);
  readonly #paused = new Set<string>();
  #looking: Writable<Glance> | undefined;

  constructor(members: readonly Member[], deps: PoolDeps) {
    this.#deps = deps;
    this.take(members);
  }

  /** From now on these are all there are. Calls under way of those that are gone end as they would. */
  take(members: readonly Member[]): void {
    const before = new Map(this.everybody.map((member) => [member.name, member.accounts]));
    this.#groups.clear();
    for (const member of members) {
      const { name, accounts } = member;
      const group = this.#groups.get(member.group);
      if (group) group.push(member);
      else this.#groups.set(member.group, [member]);
      const state = this.#states.get(name);
      if (!state) this.#states.set(name, new MemberState(accounts));
      else if (!isDeepStrictEqual(before.get(name), accounts)) state.accounts = accounts;
      before.delete(name);
    }
    for (const name of before.keys()) this.#paused.delete(name);
    this.#deps.health?.take(members);
  }

  get groups(): readonly string[] {
    return [...this.#groups.keys()];
  }

  get health(): Health | undefined {
    return this.#deps.health;
  }

  /** Those that are not left out for their failures, or paused; all of them where all are. */
  well(bids: readonly Bid[]): readonly Bid[] {
    const { health } = this.#deps;
    if (!health && this.#paused.size === 0) return bids;
    const well = bids.filter(
      ({ member: { name } }) => !this.#paused.has(name) && health?.view(name)?.state !== 'out',
    );
    return well.length > 0 ? well : bids;
  }

  /** Nothing is sent to it until it is let in again; calls under way go on. Throws where there is none. */
  pause(name: string, isPaused: boolean): void {
    this.state(name);
    if (isPaused) this.#paused.add(name);
    else this.#paused.delete(name);
  }

  isPaused(name: string): boolean {
    return this.#paused.has(name);
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
      const { charge } = member;
      const model = models?.get(member.name) ?? member.model;
      if (same?.model !== model || same.charge !== charge)
        same = costsOf(charge, model, this.#deps.estimator.size(demand, model, tenant.key));
      return new Bid(member, same, this.accounts(member, model));
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

  /**
   * The deployments as they are now, to one request: the same rows each time, to be read at once.
   */
  rows(
    bids: readonly Bid[],
    request: AdmitRequest,
    at: Pick<Glance, 'kept' | 'now'>,
  ): readonly Row[] {
    const glance = this.#glanceAgain(request, at);
    const rows = bids.map((bid) => this.state(bid.member.name).row(bid, glance));
    this.#keepTogether(request, bids, rows);
    return rows;
  }

  /** The same as rows of their own, for whoever reads them later. */
  lastingRows(bids: readonly Bid[], request: AdmitRequest): readonly Row[] {
    const at = { kept: NOTHING_KEPT, now: this.#deps.clock.now() };
    const glance = this.#glance(request, at);
    const rows = bids.map((bid) => new PoolRow(this.state(bid.member.name), bid, glance));
    this.#keepTogether(request, bids, rows);
    return rows;
  }

  #glance({ run }: AdmitRequest, { kept, now }: Pick<Glance, 'kept' | 'now'>): Writable<Glance> {
    const { clock, ledger, health } = this.#deps;
    return { ledger, health, clock, paused: this.#paused, runs: this.#runs, run, kept, now };
  }

  /** For rows that are to be read at once: the same each time. */
  #glanceAgain(request: AdmitRequest, at: Pick<Glance, 'kept' | 'now'>): Glance {
    this.#looking ??= this.#glance(request, at);
    this.#looking.run = request.run;
    this.#looking.kept = at.kept;
    this.#looking.now = at.now;
    return this.#looking;
  }

  /** Its call has begun. */
  started(bid: Bid, { run, affinity }: AdmitRequest, now: number): void {
    const { clock } = this.#deps;
    const state = this.state(bid.member.name);
    const account = ownAccount(bid);
    state.inFlight++;
    if (bid.model !== bid.member.model) this.#patterns.called(bid.model);
    state.used({ clock, now }, { requests: 1, tokens: 0 });
    if (run !== undefined) this.#runs.given(run, account);
    const prompt = { pool: account, tokens: bid.size.inputTokens };
    if (affinity !== undefined) this.#prompts.served(affinity, prompt, now);
  }

  /** Its call has ended, and what it came to where that is known. */
  ended({ member }: Bid, spent: Spent | undefined, now: number): void {
    const { clock } = this.#deps;
    const state = this.state(member.name);
    state.inFlight--;
    if (spent)
      state.used({ clock, now }, { requests: 0, tokens: spent.inputTokens + spent.outputTokens });
  }

  /** Notes where a prompt like this one has been read, and where it belongs. */
  #keepTogether({ affinity }: AdmitRequest, bids: readonly Bid[], rows: readonly PoolRow[]): void {
    if (affinity === undefined || bids.length < 2) return;
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
    const found = this.#prompts.of(affinity, of, this.#deps.clock.now());
    if (!found) return;
    for (const [i, row] of rows.entries()) {
      const account = ownAccount(bids[i]!);
      row.cachedTokens = found.cachedTokens.get(account) ?? 0;
      row.home = found.home === account;
    }
  }
}

const NOTHING_KEPT: ReadonlySet<string> = new Set();
