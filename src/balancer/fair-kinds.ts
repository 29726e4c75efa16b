import { insertInTurn, turnsOf, type Waiting } from '#balancer/fair-items.ts';
import { type FairNode, type Turn, mergeInTurn } from '#balancer/fair-node.ts';

/** Whose turn an item waits for. */
interface Shares {
  readonly key: FairNode;
  readonly user: FairNode;
}

/** The items of one kind, by key and user, as these come to it. */
type Kind<Item> = Map<FairNode, Map<FairNode, Item[]>>;

/** Where those of each kind wait: to walk one of them, nobody else is touched. */
export class FairKinds<Item extends Waiting> {
  readonly #kinds = new Map<string, Kind<Item>>();

  add(item: Item, { key, user }: Shares): void {
    const keys: Kind<Item> = this.#kinds.get(item.kind) ?? new Map();
    const users = keys.get(key) ?? new Map<FairNode, Item[]>();
    const items = users.get(user) ?? [];
    insertInTurn(items, item);
    this.#kinds.set(item.kind, keys.set(key, users.set(user, items)));
  }

  remove(item: Item, { key, user }: Shares): void {
    const keys = this.#kinds.get(item.kind);
    const users = keys?.get(key);
    const items = users?.get(user);
    if (!keys || !users || !items) return;
    items.splice(items.indexOf(item), 1);
    if (items.length === 0) users.delete(user);
    if (users.size === 0) keys.delete(key);
    if (keys.size === 0) this.#kinds.delete(item.kind);
  }

  /** Each kind that waits, with one of it. */
  *samples(): Iterable<readonly [kind: string, sample: Item]> {
    for (const [kind, keys] of this.#kinds) {
      const [users] = keys.values();
      const [items] = users!.values();
      yield [kind, items![0]!];
    }
  }

  /** The turns that those of one kind would have if nobody else waited. */
  turns(kind: string): Iterable<Turn<Item>> {
    const keys: Kind<Item> = this.#kinds.get(kind) ?? new Map();
    return mergeInTurn(sharesOf(keys, (users) => mergeInTurn(sharesOf(users, turnsOf<Item>))));
  }
}

/** As they are now, with what waits in each. */
const sharesOf = <Part, Item>(
  parts: ReadonlyMap<FairNode, Part>,
  turns: (part: Part) => Iterable<Turn<Item>>,
): { readonly start: number; turns(): Iterable<Turn<Item>> }[] =>
  [...parts].map(([{ start }, part]) => ({ start, turns: () => turns(part) }));
