import type { Pool } from '#balancer/pool.ts';
import type { Lane } from '#shared/lane.ts';

/** Which line each group waits in: groups that draw from one account, directly or by others, share one. */
export class Lanes {
  readonly #pool: Pool;
  readonly #open: () => Lane;
  #byGroup = new Map<string, Lane>();
  #byDeployment = new Map<string, Lane>();

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

  ofDeployment(name: string): Lane {
    const lane = this.#byDeployment.get(name);
    if (!lane) throw new Error(`There is no deployment named ${name}.`);
    return lane;
  }

  all(): ReadonlySet<Lane> {
    return new Set(this.#byGroup.values());
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
    for (const lane of before.values())
      for (const waiter of lane.close()) this.of(waiter.request.groups[0]).add(waiter, Infinity);
    for (const lane of this.all()) {
      // Who waits has counted with accounts that nobody may draw from any more.
      for (const waiter of lane.waiting()) {
        waiter.otherBids.clear();
        waiter.bids = this.#pool.bids(waiter.request.groups[0], waiter.request);
      }
      lane.walk();
    }
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
