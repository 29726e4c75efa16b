import type { QuotaView } from '#balancer/quota-view.ts';
import type { Clock } from '#core/clock.ts';

/** Who is parked for longer is not there: a day's quota, a bill. Shorter waits are waited for, ms. */
export const LONG_MS = 600_000;
/** Anybody may ask, as often as they like: it is looked up once in so long, ms. */
const FRESH_MS = 1_000;

export interface UsableCount {
  readonly groups: number;
  /** Of these, the ones that have nobody who could serve them before long. */
  readonly without: number;
}

export interface UsableGroupsDeps {
  readonly clock: Clock;
  /** The deployments of each group, as they are now. */
  readonly members: () => ReadonlyMap<string, readonly string[]>;
  readonly quota: () => QuotaView;
  /** Whether a deployment is left out for its health. */
  readonly isOut: (deployment: string) => boolean;
}

/** How many groups can be served. */
export class UsableGroups {
  readonly #deps: UsableGroupsDeps;
  #known: UsableCount = { groups: 0, without: 0 };
  #lookedAt = -Infinity;

  constructor(deps: UsableGroupsDeps) {
    this.#deps = deps;
  }

  count(): UsableCount {
    const now = this.#deps.clock.now();
    if (now - this.#lookedAt >= FRESH_MS) {
      this.#known = this.#look();
      this.#lookedAt = now;
    }
    return this.#known;
  }

  #look(): UsableCount {
    const { quota, isOut } = this.#deps;
    const members = this.#deps.members();
    const parked = new Set(
      quota()
        .accounts.filter(({ blockedMs }) => blockedMs > LONG_MS)
        .flatMap(({ deployments }) => deployments),
    );
    const without = [...members.values()].filter((its) =>
      its.every((name) => parked.has(name) || isOut(name)),
    );
    return { groups: members.size, without: without.length };
  }
}
