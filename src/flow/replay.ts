import { answerOf } from '#flow/answer-text.ts';
import { SpillwayError } from '#core/errors.ts';
import type { Json } from '#core/json.ts';
import type { NodeFinish, RunEvent } from '#flow/events.ts';
import { NODE_TYPES } from '#flow/nodes/index.ts';
import type { NodeType } from '#flow/nodes/node-type.ts';

/** Node types that ask the world: a replay answers in its place. */
const WORLDLY: ReadonlySet<string> = new Set([
  'llm',
  'question-classifier',
  'parameter-extractor',
  'http-request',
  'tool',
  'agent',
  'document-extractor',
]);

/**
 * The node types for a run in which whatever asks the world says what it said in a recorded run, each
 * node its results in the order in which it had them.
 */
export const replayTypes = (recorded: readonly RunEvent[]): readonly NodeType<unknown>[] => {
  const finishes = recorded.filter((event) => event.type === 'node-finish');
  const left = Map.groupBy(finishes, ({ nodeId }) => nodeId);
  return NODE_TYPES.map((type) =>
    WORLDLY.has(type.type) ? { ...type, run: (node) => replayed(left.get(node.id)) } : type,
  );
};

async function* replayed(left: NodeFinish[] | undefined): ReturnType<NodeType<unknown>['run']> {
  const finish = left?.shift();
  if (!finish)
    throw new SpillwayError('node_failed', 'The record has no (further) result of this node.');
  if (finish.status === 'failed')
    throw new SpillwayError('node_failed', finish.error?.message ?? 'It failed.');
  const { outputs, handle, usage } = finish;
  const { text } = outputs;
  if (typeof text === 'string' && text !== '') yield { type: 'delta', output: 'text', text };
  return {
    outputs,
    ...(handle !== undefined && handle !== 'source' && { handle }),
    ...(usage && { usage }),
  };
}

/** What a run was, as far as it must be the same again. */
export interface RunShape {
  readonly status: string;
  readonly answer: string;
  readonly outputs: Json;
  /** Each node that ended, and what it left, in the order of the record. */
  readonly nodes: readonly (readonly [node: string, outputs: Json])[];
}

export const shapeOf = (events: readonly RunEvent[]): RunShape => {
  const finish = events.find((event) => event.type === 'run-finish');
  return {
    status: finish?.status ?? 'unfinished',
    answer: answerOf(events),
    outputs: { ...finish?.outputs },
    nodes: events.flatMap((event) =>
      event.type === 'node-finish' ? [[event.nodeId, { ...event.outputs }] as const] : [],
    ),
  };
};

/** What differs, a line for each thing: `- ` as recorded, `+ ` as it is now. Empty where nothing does. */
export const differences = (before: RunShape, now: RunShape): string[] => {
  const lines: string[] = [];
  const compare = (what: string, a: unknown, b: unknown): void => {
    const [left, right] = [JSON.stringify(a), JSON.stringify(b)];
    if (left === right) return;
    if (left !== undefined) lines.push(`- ${what}: ${left}`);
    if (right !== undefined) lines.push(`+ ${what}: ${right}`);
  };
  compare('status', before.status, now.status);
  compare('answer', before.answer, now.answer);
  compare('outputs', before.outputs, now.outputs);
  const [left, right] = [byNode(before), byNode(now)];
  for (const node of new Set([...left.keys(), ...right.keys()]))
    compare(`node ${node}`, left.get(node), right.get(node));
  return lines;
};

const byNode = ({ nodes }: RunShape): Map<string, Json[]> => {
  const all = new Map<string, Json[]>();
  for (const [node, outputs] of nodes) all.set(node, [...(all.get(node) ?? []), outputs]);
  return all;
};
