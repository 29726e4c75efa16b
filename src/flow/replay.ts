import { answerOf } from '#flow/answer-text.ts';
import { SpillwayError } from '#core/errors.ts';
import type { Json } from '#core/json.ts';
import type { App } from '#flow/dsl/app.ts';
import type { NodeFinish, RunEvent, Within } from '#flow/events.ts';
import { NODE_TYPES } from '#flow/nodes/index.ts';
import type { NodeType } from '#flow/nodes/node-type.ts';
import type { RunOptions } from '#flow/run.ts';

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
 * node in each round what it said there.
 */
export const replayTypes = (recorded: readonly RunEvent[]): readonly NodeType<unknown>[] => {
  const finishes = recorded.filter((event) => event.type === 'node-finish');
  const left = Map.groupBy(finishes, ({ nodeId, within }) => placeOf(nodeId, within));
  return NODE_TYPES.map((type) =>
    WORLDLY.has(type.type)
      ? { ...type, run: ({ id, within }) => replayed(left.get(placeOf(id, within))) }
      : type,
  );
};

/** A node, and the round in which it ran: rounds side by side end in any order. */
const placeOf = (nodeId: string, within: Within | undefined): string =>
  within ? `${nodeId} in round ${within.index + 1}` : nodeId;

/** An app whose nodes are not tried again: the record has how their last try ended, and no time passes. */
export const withoutRetries = (app: App): App => ({
  ...app,
  nodes: app.nodes.map(({ data: { retry_config: _, ...data }, ...node }) => ({ ...node, data })),
});

/** How a recorded run began: what `sys` had, and what its conversation had brought along. */
export const beginningOf = (recorded: readonly RunEvent[]): Pick<RunOptions, 'system' | 'past'> => {
  const start = recorded.find((event) => event.type === 'run-start');
  if (!start) return {};
  const { system, variables = {} } = start;
  return { system, past: { history: [], variables } };
};

async function* replayed(left: NodeFinish[] | undefined): ReturnType<NodeType<unknown>['run']> {
  const finish = left?.shift();
  if (!finish)
    throw new SpillwayError('node_failed', 'The record has no (further) result of this node.');
  const { outputs, handle, usage, error } = finish;
  if (error) {
    const { error_message: _, error_type: type, ...rest } = outputs;
    const named = typeof type === 'string' ? type : 'NodeError';
    return { outputs: rest, failure: { message: error.message, type: named } };
  }
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
      event.type === 'node-finish'
        ? [[placeOf(event.nodeId, event.within), { ...event.outputs }] as const]
        : [],
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
