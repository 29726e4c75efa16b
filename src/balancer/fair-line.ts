import type { Tenant } from '#balancer/admit.ts';
import type { Ahead } from '#balancer/explanation.ts';
import { insertInTurn, turnsOf, type Waiting } from '#balancer/fair-items.ts';
import { FairKinds } from '#balancer/fair-kinds.ts';
import { FairNode, type Turn, mergeInTurn } from '#balancer/fair-node.ts';
import type { Amount } from '#balancer/supply.ts';

/** A user's share: its requests, by deadline, then by arrival. */
class UserShare<Item extends Waiting> extends FairNode {
  readonly items: Item[] = [];

  turns(): Iterable<Turn<Item>> {
    return turnsOf(this.items);
  }
}

/** A key's share: those of its users. */
class KeyShare<Item extends Waiting> extends FairNode {
  readonly users = new Map<string, UserShare<Item>>();
  /** How many of its items have which limits of their own side. */
  readonly #owns = new Map<string, number>();

  turns(): Iterable<Turn<Item>> {
    return mergeInTurn(this.users.values());
  }

  count({ own }: Item, more: 1 | -1): void {
    const count = (this.#owns.get(own) ?? 0) + more;
    if (count > 0) this.#owns.set(own, count);
    else this.#owns.delete(own);
  }

  /** Its turns until all that still wait are out. */
  *turnsUntil(isOut: IsOut): Iterable<Turn<Item>> {
    for (const turn of this.turns()) {
      if (this.#isOut(isOut)) return;
      yield turn;
    }
  }

  #isOut(isOut: IsOut): boolean {
    for (const own of this.#owns.keys()) if (!isOut(own)) return false;
    return true;
  }
}

/** Whether nobody can go who has these limits on its own side. */
type IsOut = (own: string) => boolean;

/** Whose turn an item waits for. */
interface Shares<Item extends Waiting> {
  readonly key: KeyShare<Item>;
  readonly user: UserShare<Item>;
}

/**
 * Start-time fair queueing by tokens at two levels: between keys, and within a key between its
 * users (Goyal, Vin, Chen 1996). Who has been given little lately comes first; nobody saves up turns
 * while away. An item may be served out of turn: its share pays for it as usual.
 */
export class FairLine<Item extends Waiting> {
  readonly #root = new FairNode();
  readonly #keys = new Map<string, KeyShare<Item>>();
  readonly #kinds = new FairKinds<Item>();
  #size = 0;
  #weight = 0;

  get size(): number {
    return this.#size;
  }

  /** Of all that wait, tokens. */
  get weight(): number {
    return this.#weight;
  }

  add(item: Item): void {
    const key = entered(this.#keys, item.tenant.key, { at: this.#root, make: KeyShare<Item> });
    const user = entered(key.users, item.tenant.user, { at: key, make: UserShare<Item> });
    insertInTurn(user.items, item);
    if (item.kind !== '') this.#kinds.add(item, { key, user });
    key.count(item, 1);
    for (const node of [user, key]) {
      node.waiting += item.weight;
      node.requests++;
    }
    this.#size++;
    this.#weight += item.weight;
  }

  /** Its turn has come: its shares pay. */
  serve(item: Item): void {
    const { key, user } = this.#sharesOf(item);
    key.pay(item.weight);
    user.pay(item.weight);
    this.remove(item);
    this.#root.reach(leastStart(this.#keys.values()));
    key.reach(leastStart(key.users.values()));
  }

  /** It has left without being served: nobody pays. */
  remove(item: Item): void {
    const { key, user } = this.#sharesOf(item);
    const at = user.items.indexOf(item);
    if (at < 0) return;
    user.items.splice(at, 1);
    if (item.kind !== '') this.#kinds.remove(item, { key, user });
    key.count(item, -1);
    for (const node of [user, key]) {
      node.waiting -= item.weight;
      node.requests--;
    }
    this.#size--;
    this.#weight -= item.weight;
    // An empty line has no past: who comes next starts level with everybody.
    if (this.#size === 0) this.#keys.clear();
  }

  /** All that wait, in the order of their turns. The line must not change while it is walked. */
  *inTurn(): Iterable<Item> {
    for (const { item } of mergeInTurn(this.#keys.values())) yield item;
  }

  /** The same, but for keys of which nobody can go any more: they are left as soon as that is known. */
  *inTurnUntil(isOut: IsOut): Iterable<Item> {
    const shares = [...this.#keys.values()].map((key) => ({
      start: key.start,
      turns: () => key.turnsUntil(isOut),
    }));
    for (const { item } of mergeInTurn(shares)) yield item;
  }

  /** Each kind that waits, with one of it. */
  kinds(): Iterable<readonly [kind: string, sample: Item]> {
    return this.#kinds.samples();
  }

  /** Those of one kind, in the order of the turns that they would have if nobody else waited. */
  *inTurnOf(kind: string): Iterable<Item> {
    for (const { item } of this.#kinds.turns(kind)) yield item;
  }

  /** What would be served before a newcomer of this tenant. */
  ahead(tenant: Tenant): Amount {
    const { own, inKey, inKeyRequests, start } = this.#newcomer(tenant);
    let tokens = inKey;
    let requests = inKeyRequests;
    for (const other of this.#keys.values()) {
      if (other === own) continue;
      const before = other.before(start);
      tokens += before;
      requests += other.requestsOf(before);
    }
    return { tokens, requests };
  }

  /** The same, for other keys key by key, for its own user by user. */
  aheadByTenant(tenant: Tenant): Ahead[] {
    const { own, start, ownUsers } = this.#newcomer(tenant);
    const { key } = tenant;
    const all = [...ownUsers].map(([user, tokens]) => ({ key, user, tokens }));
    for (const [name, other] of this.#keys)
      if (other !== own) all.push({ key: name, user: '', tokens: other.before(start) });
    return all.filter(({ tokens }) => tokens > 0);
  }

  /** What each key has waiting, tokens. */
  waitingByKey(): Ahead[] {
    return [...this.#keys]
      .map(([key, { waiting: tokens }]) => ({ key, user: '', tokens }))
      .filter(({ tokens }) => tokens > 0);
  }

  /** Where its first turn would begin, and what waits before it in its own key. */
  #newcomer({ key, user }: Tenant): {
    own: KeyShare<Item> | undefined;
    inKey: number;
    inKeyRequests: number;
    ownUsers: ReadonlyMap<string, number>;
    start: number;
  } {
    const own = this.#keys.get(key);
    const ownUsers = new Map<string, number>();
    let inKey = 0;
    let inKeyRequests = 0;
    if (own) {
      const mine = own.users.get(user);
      const userStart = nextStart(mine, own.reached) + (mine?.waiting ?? 0);
      for (const [name, other] of own.users) {
        const tokens = other === mine ? other.waiting : other.before(userStart);
        ownUsers.set(name, tokens);
        inKey += tokens;
        inKeyRequests += other.requestsOf(tokens);
      }
    }
    const start = nextStart(own, this.#root.reached) + inKey;
    return { own, inKey, inKeyRequests, ownUsers, start };
  }

  #sharesOf({ tenant }: Item): Shares<Item> {
    const key = this.#keys.get(tenant.key);
    const user = key?.users.get(tenant.user);
    if (!key || !user) throw new Error('Not in this line.');
    return { key, user };
  }
}

const nextStart = (node: FairNode | undefined, reached: number): number =>
  node && node.waiting > 0 ? node.start : Math.max(reached, node?.finish ?? 0);

const leastStart = (nodes: Iterable<FairNode>): number => {
  let least = Infinity;
  for (const node of nodes) if (node.waiting > 0 && node.start < least) least = node.start;
  return least;
};

/** The share of this name, opened at the point that `at` has reached where it was idle. */
const entered = <Node extends FairNode>(
  nodes: Map<string, Node>,
  name: string,
  { at, make }: { at: FairNode; make: new () => Node },
): Node => {
  let node = nodes.get(name);
  if (!node) {
    node = new make();
    nodes.set(name, node);
    forgetIdle(nodes, at);
  }
  if (node.waiting === 0) node.enter(at.reached);
  return node;
};

/** Shares that wait for nothing and owe nothing need not be remembered. */
const forgetIdle = (nodes: Map<string, FairNode>, { reached }: FairNode): void => {
  if (nodes.size < IDLE_CHECKED_FROM || nodes.size % IDLE_CHECKED_FROM !== 0) return;
  for (const [name, node] of nodes)
    if (node.waiting === 0 && node.finish <= reached) nodes.delete(name);
};

const IDLE_CHECKED_FROM = 64;
