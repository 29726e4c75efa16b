import type { Bid } from '#balancer/bid.ts';
import { whyNot } from '#balancer/eligible.ts';
import type { Pool } from '#balancer/pool.ts';
import { allowedByTags } from '#balancer/tags.ts';
import type { Clock } from '#core/clock.ts';
import type { Ledger } from '#ledger/ledger.ts';
import { overflowMs } from '#shared/overflow.ts';
import type { StandIns } from '#shared/stand-ins.ts';
import type { Waiter } from '#shared/waiter.ts';

interface LeftoversDeps {
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly pool: Pool;
}

/** What would be lost if it were not given to somebody who waits far behind. Times in ms. */
export class Leftovers {
  readonly #deps: LeftoversDeps;
  readonly #standIns: StandIns;

  constructor(deps: LeftoversDeps, standIns: StandIns) {
    this.#deps = deps;
    this.#standIns = standIns;
  }

  /** Until some account that is not kept is about to overflow, of any deployment of its group. */
  ofGroupMs({ bids }: Waiter, kept: ReadonlySet<string>): number {
    return this.#overflowMs(this.#deps.pool.well(bids), kept);
  }

  /** The same of those deployments that it and its kind may have, whatever group they belong to. */
  ofKindMs(waiter: Waiter, kept: ReadonlySet<string>): number {
    const ownMs = this.#overflowMs(this.#allowed(waiter, waiter.bids), kept);
    if (ownMs <= 0 || waiter.request.groups.length === 1) return ownMs;
    const elsewhere = this.#allowed(waiter, this.#standIns.allBids(waiter));
    return Math.min(ownMs, this.#overflowMs(elsewhere, kept));
  }

  /** What is kept and all of its group's that does not overflow, and until some of that does. */
  scarce(
    { bids }: Waiter,
    kept: ReadonlySet<string>,
  ): { readonly scarce: ReadonlySet<string>; readonly soonestMs: number } {
    const { clock, ledger } = this.#deps;
    const scarce = new Set(kept);
    return { scarce, soonestMs: overflowMs(ledger, bids, { kept, scarce, now: clock.now() }) };
  }

  #allowed({ request }: Waiter, bids: readonly Bid[]): readonly Bid[] {
    const { pinned, tags } = request;
    const well = pinned === undefined ? this.#deps.pool.well(bids) : bids;
    const fitting = well.filter(({ member }) => whyNot(member, request) === undefined);
    if (!tags || pinned !== undefined) return fitting;
    const members = allowedByTags(
      fitting.map(({ member }) => member),
      tags,
    );
    return fitting.filter(({ member }) => members.includes(member));
  }

  #overflowMs(bids: readonly Bid[], kept: ReadonlySet<string>): number {
    const { clock, ledger } = this.#deps;
    return overflowMs(ledger, bids, { kept, now: clock.now() });
  }
}
