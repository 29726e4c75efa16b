import type { AdmitRequest } from '#balancer/admit.ts';
import type { Bid } from '#balancer/bid.ts';
import type { Clock } from '#core/clock.ts';
import type { Pool } from '#balancer/pool.ts';
import type { Routed } from '#balancer/route.ts';
import type { Lane } from '#shared/lane.ts';
import type { Lanes } from '#shared/lanes.ts';
import { PREDICTED_SHARE } from '#shared/prediction.ts';
import type { QueueLimits } from '#shared/queue-limits.ts';
import type { Waiter } from '#shared/waiter.ts';

/** A group that can take a request now. */
export interface Going {
  readonly group: string;
  readonly bids: readonly Bid[];
  readonly routed: Routed;
}

export interface StandInsDeps {
  readonly clock: Clock;
  readonly queue: QueueLimits;
  readonly pool: Pool;
  readonly lanes: Lanes;
  route(waiter: Waiter, bids: readonly Bid[], kept: ReadonlySet<string>): Routed;
}

/** The groups that may take a request while its own is out of quota. */
export class StandIns {
  readonly #deps: StandInsDeps;
  /** By group: of whose waiting requests it may take some, and how many of each. */
  readonly #waiting = new Map<string, Map<string, number>>();

  constructor(deps: StandInsDeps) {
    this.#deps = deps;
  }

  /** Until it may go to a later order or another group, ms: while there is time left to go there. */
  elsewhereMs({ arrivedAt, waitUntil }: AdmitRequest): number {
    const { clock, queue } = this.#deps;
    const mostMs = (waitUntil - arrivedAt) * PREDICTED_SHARE;
    return arrivedAt + Math.min(queue.beforeFallbackMs, mostMs) - clock.now();
  }

  /** Until it may go to another group, ms; Infinity where it may from the start, or never. */
  laterMs(request: AdmitRequest): number {
    const mayLater = request.groups.length > 1 && this.#deps.queue.beforeFallbackMs > 0;
    return mayLater ? this.elsewhereMs(request) : Infinity;
  }

  /**
   * One that has room, where nobody waits for it: they come first. `waitMs`: until one may have
   * room, Infinity where none will.
   */
  find(
    waiter: Waiter,
    kept: ReadonlySet<string>,
  ): { readonly goes?: Going; readonly waitMs: number } {
    const [own, ...others] = waiter.request.groups;
    if (others.length === 0) return { waitMs: Infinity };
    const elsewhereMs = this.elsewhereMs(waiter.request);
    if (elsewhereMs > 0) return { waitMs: elsewhereMs };
    let waitMs = Infinity;
    for (const group of others) {
      if (!this.#isFree(group, own)) continue;
      const bids = this.bids(waiter, group);
      const routed = this.#deps.route(waiter, bids, kept);
      if (routed.choice !== undefined) return { goes: { group, bids, routed }, waitMs: 0 };
      waitMs = Math.min(waitMs, routed.earliestMs);
    }
    return { waitMs };
  }

  bids(waiter: Waiter, group: string): readonly Bid[] {
    let bids = waiter.otherBids.get(group);
    if (!bids) {
      bids = this.#deps.pool.bids(group, waiter.request);
      waiter.otherBids.set(group, bids);
    }
    return bids;
  }

  /** All that it would find there. */
  allBids(waiter: Waiter): readonly Bid[] {
    const [own, ...others] = waiter.request.groups;
    return others.flatMap((group) => (this.#isFree(group, own) ? this.bids(waiter, group) : []));
  }

  /** It waits, and is to be looked at when room comes in these groups. */
  entered({ request }: Waiter): void {
    this.#count(request.groups, 1);
  }

  left({ request }: Waiter): void {
    this.#count(request.groups, -1);
  }

  /** Room has come in this line: who waits in another one may use it. */
  walk(lane: Lane): void {
    // Most often nobody waits: nothing is made for that.
    if (this.#waiting.size > 0) this.#walkOthers(lane);
  }

  #walkOthers(lane: Lane): void {
    const { lanes } = this.#deps;
    for (const [group, owns] of this.#waiting)
      if (lanes.of(group) === lane)
        for (const other of new Set([...owns.keys()].map((own) => lanes.of(own))))
          if (other !== lane) other.walk();
  }

  #isFree(group: string, own: string): boolean {
    const { lanes } = this.#deps;
    const lane = lanes.of(group);
    return lane.size === 0 || lane === lanes.of(own);
  }

  #count([own, ...others]: readonly string[], more: number): void {
    for (const group of others) {
      let owns = this.#waiting.get(group);
      if (!owns) this.#waiting.set(group, (owns = new Map()));
      const count = (owns.get(own!) ?? 0) + more;
      if (count > 0) owns.set(own!, count);
      else owns.delete(own!);
      if (owns.size === 0) this.#waiting.delete(group);
    }
  }
}
