/** One of several generators that run at once. */
interface Lane<Event, Result> {
  readonly index: number;
  readonly generator: AsyncGenerator<Event, Result>;
  next: Promise<Arrival<Event, Result>>;
}

interface Arrival<Event, Result> {
  readonly lane: Lane<Event, Result>;
  readonly result: IteratorResult<Event, Result>;
}

/**
 * Runs them `width` at a time; their events as they come, but those that `inOrder` names in the order
 * of the list. What they returned, in that order too. The first that throws ends all.
 */
export async function* sideBySide<Event, Result>(
  starts: readonly (() => AsyncGenerator<Event, Result>)[],
  width: number,
  inOrder: (event: Event) => boolean,
): AsyncGenerator<Event, Result[]> {
  const lanes = new Set<Lane<Event, Result>>();
  const results: Result[] = [];
  const held = new Map<number, Event[]>();
  const over = new Set<number>();
  let turn = 0;
  let begun = 0;
  const begin = (): void => {
    const index = begun++;
    const generator = starts[index]!();
    const lane = { index, generator } as Lane<Event, Result>;
    pull(lane);
    lanes.add(lane);
  };
  try {
    while (begun < starts.length || lanes.size > 0) {
      while (lanes.size < width && begun < starts.length) begin();
      const { lane, result } = await Promise.race([...lanes].map(({ next }) => next));
      if (!result.done) {
        if (lane.index === turn || !inOrder(result.value)) yield result.value;
        else held.set(lane.index, [...(held.get(lane.index) ?? []), result.value]);
        pull(lane);
        continue;
      }
      lanes.delete(lane);
      results[lane.index] = result.value;
      over.add(lane.index);
      while (over.has(turn)) {
        turn++;
        yield* held.get(turn) ?? [];
        held.delete(turn);
      }
    }
    return results;
  } finally {
    await Promise.all([...lanes].map(({ generator }) => generator.return(undefined as Result)));
  }
}

const pull = <Event, Result>(lane: Lane<Event, Result>): void => {
  lane.next = lane.generator.next().then((result) => ({ lane, result }));
  // Whoever waits for it hears of a failure; that nobody may wait any more is no failure of its own.
  lane.next.catch(() => {});
};
