import type { NodeEvent, NodeRun, RoundResult } from '#flow/nodes/node-type.ts';

/** Everything that happens inside, as what a node says. */
export async function* passedOn(
  events: ReturnType<NodeRun<unknown>['round']>,
): AsyncGenerator<NodeEvent, RoundResult> {
  try {
    for (;;) {
      const { done, value } = await events.next();
      if (done) return value;
      yield { type: 'inner', event: value };
    }
  } finally {
    await events.return(undefined as unknown as RoundResult);
  }
}

/** What the answers inside said in a round. */
export const saidIn = ({ outputs }: RoundResult): string => {
  const { answer } = outputs;
  return typeof answer === 'string' ? answer : '';
};
