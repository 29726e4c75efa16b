import type { Admit, AdmitRequest } from '#balancer/admit.ts';
import {
  type Bid,
  bidOf,
  type Lack,
  lackOf,
  NO_LACK,
  ownAccount,
  tokensOf,
} from '#balancer/bid.ts';
import type { Estimator } from '#balancer/estimate.ts';
import type { Explanation, Fate, LinePlace } from '#balancer/explanation.ts';
import type { Member } from '#balancer/member.ts';
import type { Policy } from '#balancer/policies/policy.ts';
import type { Pool } from '#balancer/pool.ts';
import type { QuotaView } from '#balancer/quota-view.ts';
import { RecentUse } from '#balancer/recent-use.ts';
import { noDeployment, noTimeLeft, ownSideFull, tooLargeForAll } from '#balancer/refusal-error.ts';
import { type Routed, isOutOfQuota } from '#balancer/route.ts';
import type { Clock } from '#core/clock.ts';
import type { SpillwayError } from '#core/errors.ts';
import { type Log, silentLog } from '#core/log.ts';
import type { Random } from '#core/random.ts';
import type { Ledger } from '#ledger/ledger.ts';
import { explainGroup, placeInLine } from '#shared/explain.ts';
import { Lane } from '#shared/lane.ts';
import type { Look } from '#shared/walk.ts';
import { Lanes } from '#shared/lanes.ts';
import { type LeaseDeps, MemoryLease } from '#shared/memory-lease.ts';
import { Leftovers } from '#shared/leftovers.ts';
import { fullMs } from '#shared/overflow.ts';
import { type QueueLimits, QueueRoom } from '#shared/queue-limits.ts';
import type { MemoryPressure } from '#core/memory-pressure.ts';
import { isOwnForAll, lacksOwn, ownLack, ownWaitMs, takeOwn } from '#shared/own-room.ts';
import { routeTo } from '#shared/routing.ts';
import { SharedPools } from '#shared/shared-pools.ts';
import { type Going, StandIns } from '#shared/stand-ins.ts';
import { isInTime, type Prediction, predict } from '#shared/prediction.ts';
import { quotaView } from '#shared/view.ts';
import { Waiter } from '#shared/waiter.ts';

export interface MemoryOwnerDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly ledger: Ledger;
  readonly pool: Pool;
  readonly estimator: Estimator;
  readonly policy: Policy;
  readonly queue: QueueLimits;
  /** Absent where nobody looks. */
  readonly memory?: () => MemoryPressure;
  readonly log?: Log;
}

/** Owns the balance of one process. Choosing and reserving happen in one turn: nobody comes between. */
export class MemoryOwner {
  readonly #deps: MemoryOwnerDeps;
  readonly #room: QueueRoom;
  readonly #lanes: Lanes;
  readonly #standIns: StandIns;
  readonly #leftovers: Leftovers;
  readonly #leaseDeps: LeaseDeps;
  /** Which deployments draw from one account, as answers have shown. */
  readonly shared: SharedPools;
  readonly #used: RecentUse;
  #changes = 0;

  constructor(deps: MemoryOwnerDeps) {
    this.#deps = deps;
    this.#used = new RecentUse(deps.clock.now());
    this.#room = new QueueRoom(deps.queue, deps.memory);
    const { clock, queue, pool } = deps;
    this.#lanes = new Lanes(pool, () => {
      const lane: Lane = new Lane({
        clock,
        batchShare: queue.batchShare,
        place: (waiter, { kept, leftovers }) =>
          leftovers ? this.#placeLeftovers(waiter, kept) : this.#place(waiter, kept),
        isDue: ({ dueAt }) => clock.now() >= dueAt,
        overflowMs: (waiter, kept) => this.#leftovers.ofGroupMs(waiter, kept),
        overflowOfKindMs: (waiter, kept) => this.#leftovers.ofKindMs(waiter, kept),
        elsewhereMs: ({ request }) => this.#standIns.laterMs(request),
        emptied: () => this.#standIns.walk(lane),
      });
      return lane;
    });
    this.#standIns = new StandIns({
      ...deps,
      lanes: this.#lanes,
      route: (waiter, bids, kept) => this.#route(waiter, bids, kept),
    });
    this.#leftovers = new Leftovers(deps, this.#standIns);
    this.shared = new SharedPools({ log: silentLog, ...deps }, () => {
      this.#changes++;
      this.#lanes.arrange();
    });
    const { shared } = this;
    this.#leaseDeps = { ...deps, shared, changed: (deployment) => this.#changed(deployment) };
  }

  readonly admit: Admit = (request, now = this.#deps.clock.now()) => {
    try {
      return this.#admit(request, now);
    } catch (thrown) {
      return Promise.reject(thrown);
    }
  };

  #admit(request: AdmitRequest, now: number): ReturnType<Admit> {
    request.signal.throwIfAborted();
    const group = request.groups[0];
    const waiter = new Waiter(request, this.#deps.pool.bids(group, request), now);
    const lane = this.#lanes.of(group);
    // Nobody is overtaken: with others in line it is the line's turn.
    if (lane.size === 0 && this.#place(waiter, NOTHING_KEPT).placed) return waiter.admission;
    const routed = this.#route(waiter, waiter.bids);
    if (lane.size > 0 && this.#placeElsewhere(waiter, routed)) return waiter.admission;
    const never = routed.earliestMs === Infinity;
    if (never && !routed.tooLarge) return { routed, queueMs: 0 };
    if (never) throw tooLargeForAll(group, waiter.bids);
    this.#wait(waiter, lane, routed);
    return waiter.admission;
  }

  /** Grows with everything that happens to the ledger. */
  get changes(): number {
    return this.#changes;
  }

  /** The balance as it stands, for people and meters. */
  view(): QuotaView {
    const [lanes, { sets }] = [this.#lanes, this.shared];
    return quotaView({ ...this.#deps, lanes, sets }, this.#deps.clock.now());
  }

  /** From now on these are all the deployments there are. */
  take(members: readonly Member[]): void {
    this.#deps.pool.take(members);
    this.#lanes.letGo((waiter) => this.#route(waiter, []), this.#deps.clock.now());
    this.shared.renewed();
  }

  /** Takes a deployment out, or lets it in again: then whoever waits may go there. */
  pause(deployment: string, isPaused: boolean): void {
    this.#deps.pool.pause(deployment, isPaused);
    this.#changed(deployment);
  }

  /** What would become of a request that came now. It is not sent, nothing is set aside for it or learned. */
  explain(request: AdmitRequest): Explanation {
    const { pool, clock } = this.#deps;
    const [group] = request.groups;
    const waiter = new Waiter(request, pool.bids(group, request), clock.now());
    const lane = this.#lanes.of(group);
    const { routed, goes } = this.#find(waiter, NOTHING_KEPT);
    const groups = request.groups.map((name) => {
      if (name === group)
        return explainGroup(this.#deps, request, { group, bids: waiter.bids, routed });
      const bids = this.#standIns.bids(waiter, name);
      const its = goes?.group === name ? goes.routed : this.#route(waiter, bids);
      return explainGroup(this.#deps, request, { group: name, bids, routed: its });
    });
    const predicted = this.#predict(waiter, { lane, routed });
    const place = this.#placeInLine(waiter, { lane, routed, predictedMs: predicted.goesMs });
    const mayGo = lane.size === 0 || goes?.group !== group;
    const isFree = goes && mayGo && this.#ownMs(request) <= 0;
    const fate: Fate = isFree
      ? { verdict: 'now', group: goes.group, choice: goes.routed.choice! }
      : this.#fateInLine(waiter, routed, predicted);
    return { fate, place, groups };
  }

  #fateInLine(waiter: Waiter, routed: Routed, predicted: Prediction): Fate {
    const { request, bids } = waiter;
    const refused = (error: SpillwayError): Fate => ({ verdict: 'refused', error });
    if (routed.earliestMs === Infinity)
      return refused(
        routed.tooLarge ? tooLargeForAll(request.groups[0], bids) : noDeployment(routed.out),
      );
    const error = this.#inVain(waiter, routed, predicted) ?? this.#room.refusal(request);
    return error ? refused(error) : { verdict: 'waits' };
  }

  #placeInLine(
    waiter: Waiter,
    of: { readonly lane: Lane; readonly routed: Routed; readonly predictedMs: number },
  ): LinePlace {
    const short = this.#lacks(waiter, of.routed).accounts;
    return placeInLine(this.#deps, waiter, { ...of, used: this.#used, short });
  }

  #predict(waiter: Waiter, of: { readonly lane: Lane; readonly routed: Routed }): Prediction {
    return predict(this.#deps, waiter, { ...of, ownMs: this.#ownMs(waiter.request) });
  }

  /** Why it must not wait: its time would run out first. */
  #inVain({ request }: Waiter, routed: Routed, predicted: Prediction): SpillwayError | undefined {
    const leftMs = request.waitUntil - this.#deps.clock.now();
    if (isInTime(predicted, leftMs)) return undefined;
    return this.#late(request, { routed, predictedMs: predicted.goesMs, leftMs });
  }

  #wait(waiter: Waiter, lane: Lane, routed: Routed): void {
    const { request } = waiter;
    const { clock } = this.#deps;
    const predicted = this.#predict(waiter, { lane, routed });
    const place = this.#placeInLine(waiter, { lane, routed, predictedMs: predicted.goesMs });
    request.hears?.waits(place, routed);
    const refusal = this.#inVain(waiter, routed, predicted);
    if (refusal && !predicted.isFree) throw refusal;
    this.#room.enter(request);
    this.#standIns.entered(waiter);
    const leftMs = request.waitUntil - clock.now();
    waiter.waits = true;
    waiter.fillMs = predicted.fillMs;
    const leave = (reason: unknown): void => {
      waiter.release();
      this.#lanes.of(request.groups[0]).remove(waiter);
      waiter.reject(reason);
    };
    const onAbort = (): void => leave(request.signal.reason);
    request.signal.addEventListener('abort', onAbort, { once: true });
    const cancelTimer =
      leftMs === Infinity
        ? () => {}
        : clock.after(Math.max(0, leftMs), () => {
            const now = this.#route(waiter, waiter.bids);
            const { goesMs: predictedMs } = this.#predict(waiter, { lane, routed: now });
            leave(this.#late(request, { routed: now, predictedMs, leftMs: 0 }));
          });
    waiter.release = () => {
      cancelTimer();
      request.signal.removeEventListener('abort', onAbort);
      this.#room.leave(request);
      this.#standIns.left(waiter);
    };
    const { waitMs } = this.#standIns.find(waiter, NOTHING_KEPT);
    lane.add(waiter, Math.min(waitMs, this.#soonestMs(waiter, routed)));
    // There was room for it, but somebody before it needs that.
    if (refusal && !waiter.isTaken) leave(refusal);
  }

  #late(
    request: AdmitRequest,
    late: { readonly routed: Routed; readonly predictedMs: number; readonly leftMs: number },
  ): SpillwayError {
    const { ledger, clock } = this.#deps;
    const lack = ownLack(ledger, request, clock.now());
    if (lack) return ownSideFull({ lack, ...late });
    return noTimeLeft({ group: request.groups[0], ...late });
  }

  #ownMs(request: AdmitRequest): number {
    return lacksOwn(request) ? ownWaitMs(this.#deps.ledger, request, this.#deps.clock.now()) : 0;
  }

  /** Gives the request to a deployment that can take it now, if there is one. */
  #place(waiter: Waiter, kept: ReadonlySet<string>): Look {
    const ownMs = this.#ownMs(waiter.request);
    if (ownMs > 0) {
      const isForAll = isOwnForAll(this.#deps.ledger, waiter.request, this.#deps.clock.now());
      return { placed: false, waitMs: ownMs, lack: NO_LACK, isOwn: true, isForAll };
    }
    const { routed, goes, waitMs } = this.#find(waiter, kept);
    if (routed.cheaper) return this.#waitFor(routed.cheaper, waiter, routed.choice!);
    if (goes && this.#take(waiter, goes)) return PLACED;
    const lack = this.#lacks(waiter, routed);
    const soonestMs = Math.min(waitMs, this.#soonestMs(waiter, routed));
    const isEarly = this.#standIns.elsewhereMs(waiter.request) > 0 && waiter.hasSecondChoice;
    return { placed: false, waitMs: soonestMs, lack, isEarly };
  }

  #placeElsewhere(waiter: Waiter, routed: Routed): boolean {
    if (!isOutOfQuota(routed) || this.#ownMs(waiter.request) > 0) return false;
    const { goes } = this.#standIns.find(waiter, NOTHING_KEPT);
    return goes !== undefined && this.#take(waiter, goes);
  }

  /** What its own group says, and where it can go now: there, or to one that may stand in for it. */
  #find(waiter: Waiter, kept: ReadonlySet<string>): Found {
    const { request, bids } = waiter;
    const routed = this.#route(waiter, bids, kept);
    if (routed.choice === undefined)
      return isOutOfQuota(routed)
        ? { routed, ...this.#standIns.find(waiter, kept) }
        : { routed, waitMs: Infinity };
    if (routed.betterMs !== Infinity && this.#standIns.elsewhereMs(request) > 0)
      return { routed, waitMs: Infinity };
    return { routed, goes: { group: request.groups[0], bids, routed }, waitMs: 0 };
  }

  /**
   * It leaves what it could have to others, and has the cheaper one kept for it: until the first is
   * full, for then nobody has wanted it.
   */
  #waitFor(cheaper: { name: string; waitMs: number }, { bids }: Waiter, choice: string): Look {
    const { ledger, clock } = this.#deps;
    const waitMs = Math.min(cheaper.waitMs, fullMs(ledger, bidOf(bids, choice)!, clock.now()));
    return { placed: false, waitMs, lack: this.#lackOf(bidOf(bids, cheaper.name)!) };
  }

  /** As `#place`, but only from accounts that are about to overflow. */
  #placeLeftovers(waiter: Waiter, kept: ReadonlySet<string>): Look {
    const { scarce, soonestMs } = this.#leftovers.scarce(waiter, kept);
    const look = this.#place(waiter, scarce);
    if (look.placed) return look;
    return { ...look, waitMs: soonestMs > 0 ? soonestMs : look.waitMs, lack: NO_LACK };
  }

  /** Until it may fit somewhere, or may go elsewhere, ms. */
  #soonestMs({ request }: Waiter, { choice, earliestMs, betterMs }: Routed): number {
    const elsewhereMs = this.#standIns.elsewhereMs(request);
    if (elsewhereMs <= 0) return choice === undefined ? earliestMs : 0;
    const waitMs = choice === undefined ? earliestMs : betterMs === Infinity ? 0 : betterMs;
    return Math.min(waitMs, elsewhereMs);
  }

  #take(waiter: Waiter, { bids, routed, group }: Going): boolean {
    const { clock, ledger } = this.#deps;
    const now = waiter.now(clock);
    const bid = bidOf(bids, routed.choice)!;
    const { transitMs } = this.#deps.pool.state(bid.member.name);
    const reservation = ledger.reserve(bid.charges, now, { transitMs });
    if (!reservation) return false;
    const { request } = waiter;
    if (!takeOwn(ledger, request, { now, changed: this.ownChanged })) {
      reservation.refund(now);
      return false;
    }
    request.budgets?.take(bid.member.name);
    this.#changes++;
    const { key, user } = request.tenant;
    this.#used.given(ownAccount(bid), { key, user, tokens: tokensOf(bid.cost) }, now);
    const leased = { bid, request, reservation, startedAt: now, chargedAt: now + transitMs };
    const lease = new MemoryLease(this.#leaseDeps, leased);
    waiter.release();
    waiter.isTaken = true;
    waiter.resolve({ lease, routed, group, queueMs: now - waiter.since });
    return true;
  }

  #route(waiter: Waiter, bids: readonly Bid[], kept = NOTHING_KEPT): Routed {
    return routeTo(this.#deps, waiter, { bids, kept });
  }

  /** Of the deployment that it waits for, what it lacks. */
  #lacks({ bids }: Waiter, { choice, out, earliestMs, betterMs }: Routed): Lack {
    const soonestMs = choice === undefined ? earliestMs : betterMs;
    const first = out.find(({ reason, waitMs }) => reason === 'wait' && waitMs === soonestMs);
    const bid = bidOf(bids, first?.name);
    return bid ? this.#lackOf(bid) : NO_LACK;
  }

  #lackOf(bid: Bid): Lack {
    return lackOf(this.#deps.ledger, bid, this.#deps.clock.now());
  }

  #changed(deployment: string): void {
    this.#changes++;
    const lane = this.#lanes.ofDeployment(deployment);
    if (!lane) return this.ownChanged();
    lane.walk();
    this.#standIns.walk(lane);
  }

  /** An account of ours may stand in the way in every line. */
  readonly ownChanged = (): void => {
    this.#changes++;
    for (const lane of this.#lanes.all()) lane.walk();
  };
}

interface Found {
  readonly routed: Routed;
  readonly goes?: Going;
  /** Until it may go to another group, ms. */
  readonly waitMs: number;
}

const NOTHING_KEPT: ReadonlySet<string> = new Set();
const PLACED: Look = { placed: true, waitMs: 0, lack: NO_LACK };
