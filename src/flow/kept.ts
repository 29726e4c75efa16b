import { SpillwayError } from '#core/errors.ts';
import { z } from '#core/schema.ts';
import type { DslNode } from '#flow/dsl/app.ts';
import type { NodeType } from '#flow/nodes/node-type.ts';
import { onFailureOf } from '#flow/on-failure.ts';
import type { FlowNode } from '#flow/prepare.ts';
import type { KeptCode } from '#flow/said.ts';

const TRIGGER = {
  code: 'kept_trigger',
  why: 'runs begin by a call of the API here; begin with a start node',
} as const;

/** Types whose nodes are kept in a flow and fail when their turn comes, and why. */
export const KEPT_TYPES: Readonly<
  Record<string, { readonly code: KeptCode; readonly why: string }>
> = {
  'knowledge-retrieval': {
    code: 'kept_retrieval',
    why: 'knowledge bases are not supported; fetch the text with an HTTP request instead',
  },
  'knowledge-index': { code: 'kept_index', why: 'knowledge bases are not supported' },
  datasource: {
    code: 'kept_datasource',
    why: 'it belongs to knowledge pipelines, which do not run here',
  },
  'human-input': {
    code: 'kept_human_input',
    why: 'a run cannot be paused here; ask in the conversation instead',
  },
  'trigger-webhook': TRIGGER,
  'trigger-schedule': TRIGGER,
  'trigger-plugin': TRIGGER,
};

/** Why nodes of a type that is not among ours cannot be run. */
export const whyKept = (type: string): string =>
  KEPT_TYPES[type]?.why ?? 'this type is not known here';

const LONGEST_TYPE = 60;

/** A node of a type that is not among ours: the flow runs without it, until its turn has come. */
export const keptNode = (node: DslNode): FlowNode => {
  const type = JSON.stringify(node.type.slice(0, LONGEST_TYPE));
  const nothing: Refusing = {
    type: node.type,
    config: z.unknown(),
    outputs: () => ({}),
    reads: () => [],
    // Nobody can be sure of what comes after it.
    handles: () => [],
  };
  const reason = `Nodes of the type ${type} cannot be run: ${whyKept(node.type)}.`;
  const onFailure = onFailureOf(node.data);
  return refusing({ node, type: nothing, config: node.data, onFailure }, reason);
};

type Refusing = Omit<NodeType<unknown>, 'run'>;

/** A node that fails with this reason. It is not tried again: that would change nothing. */
export const refusing = (
  of: Omit<FlowNode, 'type'> & { readonly type: Refusing },
  reason: string,
): FlowNode => ({
  ...of,
  type: {
    ...of.type,
    async *run() {
      throw new SpillwayError('node_failed', reason);
    },
  },
  onFailure: { ...of.onFailure, retries: 0 },
});
