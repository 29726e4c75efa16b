import type { Tenant } from '#balancer/admit.ts';
import type { Turn } from '#balancer/fair-node.ts';

/** What a fair line must know of whatever waits in it. */
export interface Waiting {
  readonly tenant: Tenant;
  /** What serving it takes, tokens, > 0. */
  readonly weight: number;
  /** When its turn must come at the latest, monotonic ms; within one user the earliest is first. */
  readonly dueAt: number;
  /** Those of one kind can be walked apart from all others; empty for what is of no kind. */
  readonly kind: string;
  /** The limits of its own side, in one word: who has the same may wait for the same; empty for none. */
  readonly own: string;
}

/** By deadline, then by arrival. */
export const insertInTurn = <Item extends Waiting>(items: Item[], item: Item): void => {
  let at = items.length;
  while (at > 0 && items[at - 1]!.dueAt > item.dueAt) at--;
  items.splice(at, 0, item);
};

export function* turnsOf<Item extends Waiting>(items: readonly Item[]): Iterable<Turn<Item>> {
  for (const item of items) yield { item, weight: item.weight };
}
