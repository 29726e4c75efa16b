import type { AdmitRequest, Lease, Spent } from '#balancer/admit.ts';
import { type Bid, ownAccount, underWay } from '#balancer/bid.ts';
import { effectOf, type FailureKind } from '#balancer/classify.ts';
import type { HealthCall } from '#balancer/health.ts';
import type { Estimator } from '#balancer/estimate.ts';
import type { MemberState } from '#balancer/member-state.ts';
import type { Pool } from '#balancer/pool.ts';
import type { Cost, QuotaNews, QuotaRefusal } from '#core/quota.ts';
import type { Ledger } from '#ledger/ledger.ts';
import type { Ended, Reservation } from '#ledger/reservation.ts';
import type { SharedPools } from '#shared/shared-pools.ts';

export interface LeaseDeps {
  readonly ledger: Ledger;
  readonly pool: Pool;
  readonly estimator: Estimator;
  readonly shared: SharedPools;
  /** Room may have come back. */
  changed(deployment: string): void;
}

export interface Leased {
  readonly bid: Bid;
  readonly request: AdmitRequest;
  readonly reservation: Reservation;
  readonly startedAt: number;
  /** When its vendor is to have charged it. */
  readonly chargedAt: number;
}

/** A call under way, on the books of this process. */
export class MemoryLease implements Lease {
  readonly deployment: string;
  readonly #deps: LeaseDeps;
  readonly #leased: Leased;
  readonly #state: MemberState;
  readonly #health: HealthCall | undefined;
  #ended = false;
  #beganAt: number | undefined;

  constructor(deps: LeaseDeps, leased: Leased) {
    this.#deps = deps;
    this.#leased = leased;
    this.deployment = leased.bid.member.name;
    this.#state = deps.pool.state(this.deployment);
    deps.pool.started(leased.bid, leased.request, leased.startedAt);
    deps.shared.sent(leased.bid, leased.chargedAt);
    this.#health = deps.pool.health?.started(this.deployment, leased.startedAt);
  }

  get expected(): Spent {
    const { inputTokens, expectedOutputTokens, choices } = this.#leased.bid.size;
    return { inputTokens, outputTokens: expectedOutputTokens * choices };
  }

  observed(news: QuotaNews, now: number): void {
    const { ledger, shared } = this.#deps;
    const { bid, reservation, chargedAt } = this.#leased;
    ledger.learn(ownAccount(bid), news, { reservation, now });
    shared.heard(bid, news, { chargedAt, now });
    if (news.refusal) this.#refused(news.refusal);
    this.#deps.changed(this.deployment);
  }

  #refused({ class: kind, requested, dimension, retryMs }: QuotaRefusal): void {
    const { bid, request } = this.#leased;
    if (kind === 'minute' && retryMs !== undefined) this.#state.cameEarly(retryMs);
    const { size } = bid;
    const output = (size.maxOutputTokens ?? size.expectedOutputTokens) * size.choices;
    if (dimension === 'tokens' && requested !== undefined)
      this.#deps.estimator.learnRefused(request.demand, requested - output);
  }

  began(now: number): void {
    if (this.#beganAt !== undefined || this.#ended) return;
    this.#beganAt = now;
    if (this.#health && this.#deps.pool.health?.answered(this.#health, now))
      this.#deps.changed(this.deployment);
  }

  done(spent: Spent | undefined, now: number): void {
    this.began(now);
    if (!this.#end(spent, now)) return;
    const { bid, request, startedAt } = this.#leased;
    const { member } = bid;
    this.#state.answered();
    const charged = this.#charged(spent);
    this.#settle({ charged, cost: member.settle(charged, spent, bid.model) }, now);
    if (spent) {
      const { estimator } = this.#deps;
      estimator.learnInput(request.demand, bid.model, spent.inputTokens);
      const answer = spent.outputTokens / bid.size.choices;
      estimator.learnOutput({ model: bid.model, tenant: request.tenant.key }, answer);
    }
    const firstMs = (this.#beganAt ?? now) - startedAt;
    const wholeMs = now - startedAt;
    this.#state.latency.answered({ firstMs, wholeMs, outputTokens: spent?.outputTokens }, now);
    this.#deps.changed(this.deployment);
  }

  failed(kind: FailureKind, now: number): void {
    if (!this.#end(undefined, now)) return;
    const { bid, reservation, startedAt } = this.#leased;
    if (kind === 'timeout') this.#state.latency.timedOut(now - startedAt, now);
    const { requests = 0 } = bid.cost;
    const { charge } = effectOf(kind);
    if (charge === 'nothing') {
      reservation.refund(now);
      this.#deps.shared.settled(bid, { charged: bid.cost, cost: {} }, now);
    } else
      this.#settle(
        { charged: bid.cost, cost: charge === 'request' ? { requests } : bid.cost },
        now,
      );
    if (this.#health) this.#deps.pool.health?.failed(this.#health, kind);
    this.#deps.changed(this.deployment);
  }

  abandoned(now: number): void {
    if (!this.#end(undefined, now)) return;
    const { bid } = this.#leased;
    const cost = bid.member.settle(bid.cost, undefined, bid.model);
    this.#settle({ charged: bid.cost, cost }, now);
    if (this.#health) this.#deps.pool.health?.dropped(this.#health);
    this.#deps.changed(this.deployment);
  }

  #end(spent: Spent | undefined, now: number): boolean {
    if (this.#ended) return false;
    this.#ended = true;
    this.#deps.pool.ended(this.#leased.bid, spent, now);
    return true;
  }

  /** What it was charged when it was sent, by what its vendor has counted since. */
  #charged(spent: Spent | undefined): Cost {
    const { bid, request } = this.#leased;
    const { cost, size, model, member } = bid;
    if (!spent || spent.inputTokens === size.inputTokens) return cost;
    const inputTokens = this.#deps.estimator.counted(request.demand, model, spent.inputTokens);
    if (inputTokens === undefined) return cost;
    return underWay(member.charge({ ...size, inputTokens }, model));
  }

  #settle(ended: Ended, now: number): void {
    const { bid, reservation } = this.#leased;
    reservation.settleEach(ended, now);
    this.#deps.shared.settled(bid, ended, now);
  }
}
