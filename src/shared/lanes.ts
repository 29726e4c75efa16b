import type { Pool } from '#balancer/pool.ts';
import type { Routed } from '#balancer/route.ts';
import type { Lane } from '#shared/lane.ts';
import type { Waiter } from '#shared/waiter.ts';

/** Which line each group waits in: groups that draw from one account, directly or by others, share one. */
export class Lanes {
  readonly #pool: Pool;
  readonly #open: () => Lane;
  #byGroup = new Map<string, Lane>();
  #byDeployment = new Map<string, Lane>();
  #all: ReadonlySet<Lane> = new Set();

  constructor(pool: Pool, open: () => Lane) {
    this.#pool = pool;
    this.#open = open;
    this.arrange();
  }

  of(group: string): Lane {
    let lane = this.#byGroup.get(group);
    // A group that does not exist has nobody to wait for, and is refused by whoever looks for its rows.
    if (!lane) lane = this.#open();
    return lane;
  }

  /** Undefined for a deployment that is gone, whose last call ends now. */
  ofDeployment(name: string): Lane | undefined {
    return this.#byDeployment.get(name);
  }

  /** Who waits for a group that nobody serves any more waits no longer: whoever asked decides where it goes. */
  letGo(route: (waiter: Waiter) => Routed, now: number): void {
    const waiting = [...this.all()].flatMap((lane) => [...lane.waiting()]);
    for (const waiter of waiting) this.#bidAnew(waiter);
    for (const waiter of waiting.filter(({ bids }) => bids.length === 0)) {
      waiter.release();
      this.of(waiter.request.groups[0]).remove(waiter);
      waiter.resolve({ routed: route(waiter), queueMs: now - waiter.since });
    }
  }

  all(): ReadonlySet<Lane> {
    return this.#all;
  }

  groupsOf(lane: Lane): readonly string[] {
    return [...this.#byGroup].filter(([, its]) => its === lane).map(([group]) => group);
  }

  /** Anew, from the accounts as they are now; who waits keeps waiting, in the line of its group. */
  arrange(): void {
    const leaders = leadersOf(this.#pool);
    const sets = Map.groupBy(this.#pool.groups, (group) => find(leaders, groupNode(group)));
    const before = new Map([...this.all()].map((lane) => [wordOf(this.groupsOf(lane)), lane]));
    this.#byGroup = new Map();
    this.#byDeployment = new Map();
    for (const groups of sets.values()) {
      const word = wordOf(groups);
      // A line of the same groups goes on, with what it has learned of its pace.
      const lane = before.get(word) ?? this.#open();
      before.delete(word);
      for (const group of groups) {
        this.#byGroup.set(group, lane);
        for (const { name } of this.#pool.members(group)) this.#byDeployment.set(name, lane);
      }
    }
    this.#all = new Set(this.#byGroup.values());
    for (const lane of before.values())
      for (const waiter of lane.close()) this.of(waiter.request.groups[0]).add(waiter, Infinity);
    for (const lane of this.all()) {
      // Who waits has counted with accounts that nobody may draw from any more.
      for (const waiter of lane.waiting()) this.#bidAnew(waiter);
      lane.walk();
    }
  }

  #bidAnew(waiter: Waiter): void {
    waiter.otherBids.clear();
    waiter.bids = this.#pool.bids(waiter.request.groups[0], waiter.request);
  }
}

const wordOf = (groups: readonly string[]): string => JSON.stringify(groups);

/** Apart from accounts, whose names begin otherwise. */
const groupNode = (group: string): string => `\n${group}`;

/** Union–find: each node's parent; a leader is its own. */
const leadersOf = (pool: Pool): Map<string, string> => {
  const parents = new Map<string, string>();
  for (const group of pool.groups) {
    const node = groupNode(group);
    if (!parents.has(node)) parents.set(node, node);
    for (const { name } of pool.members(group))
      for (const account of pool.state(name).accounts) {
        if (!parents.has(account)) parents.set(account, account);
        parents.set(find(parents, account), find(parents, node));
      }
  }
  return parents;
};

const find = (parents: Map<string, string>, node: string): string => {
  let at = node;
  for (let up = parents.get(at)!; up !== at; up = parents.get(at)!) at = up;
  return at;
};
