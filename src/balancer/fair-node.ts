/**
 * One share's accounts in virtual time, which counts tokens served per unit of weight.
 * `start`: where its next turn begins. `finish`: where its last turn ended.
 */
export class FairNode {
  start = 0;
  finish = 0;
  /** Weight of what waits in it, tokens. */
  waiting = 0;
  /** How many requests that is. */
  requests = 0;
  /** How far its children have come. */
  reached = 0;

  /** It waits again after it was idle. */
  enter(at: number): void {
    this.start = Math.max(at, this.finish);
    this.finish = this.start;
  }

  pay(weight: number): void {
    this.finish = this.start + weight;
    this.start = this.finish;
  }

  /** Its children's time never goes back; it stands still while none of them waits. */
  reach(at: number): void {
    if (at !== Infinity && at > this.reached) this.reached = at;
  }

  /** What it would be given before one that starts at `start`, tokens. */
  before(start: number): number {
    return Math.min(this.waiting, Math.max(0, start - this.start));
  }

  /** How many of its requests so many of its tokens are, on an average. */
  requestsOf(tokens: number): number {
    return this.waiting > 0 ? (this.requests * tokens) / this.waiting : 0;
  }
}

export interface Turn<Item> {
  readonly item: Item;
  readonly weight: number;
}

interface Branch<Item> {
  start: number;
  readonly order: number;
  readonly rest: Iterator<Turn<Item>>;
  next: Turn<Item>;
}

/** The turns of several shares as they would be given if each in its turn were served. */
export function* mergeInTurn<Item>(
  shares: Iterable<{ readonly start: number; turns(): Iterable<Turn<Item>> }>,
): Generator<Turn<Item>> {
  const heap: Branch<Item>[] = [];
  let order = 0;
  for (const share of shares) {
    const rest = share.turns()[Symbol.iterator]();
    const first = rest.next();
    if (!first.done) push(heap, { start: share.start, order: order++, rest, next: first.value });
  }
  while (heap.length > 1) {
    const top = heap[0]!;
    const { next } = top;
    yield next;
    const following = top.rest.next();
    if (following.done) {
      const last = heap.pop()!;
      if (heap.length > 0 && last !== top) {
        heap[0] = last;
        sink(heap);
      }
    } else {
      top.start += next.weight;
      top.next = following.value;
      sink(heap);
    }
  }
  // With one share left there is nothing to compare.
  const [only] = heap;
  if (!only) return;
  yield only.next;
  for (let turn = only.rest.next(); !turn.done; turn = only.rest.next()) yield turn.value;
}

const isBefore = (a: Branch<unknown>, b: Branch<unknown>): boolean =>
  a.start < b.start || (a.start === b.start && a.order < b.order);

const push = <Item>(heap: Branch<Item>[], branch: Branch<Item>): void => {
  heap.push(branch);
  let at = heap.length - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!isBefore(heap[at]!, heap[parent]!)) return;
    [heap[at], heap[parent]] = [heap[parent]!, heap[at]!];
    at = parent;
  }
};

const sink = <Item>(heap: Branch<Item>[]): void => {
  for (let at = 0; ;) {
    let least = at;
    for (const child of [2 * at + 1, 2 * at + 2])
      if (child < heap.length && isBefore(heap[child]!, heap[least]!)) least = child;
    if (least === at) return;
    [heap[at], heap[least]] = [heap[least]!, heap[at]!];
    at = least;
  }
};
