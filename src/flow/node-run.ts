import { SpillwayError } from '#core/errors.ts';
import { AnswerStream } from '#flow/answer-stream.ts';
import type { StepEvent } from '#flow/events.ts';
import { Execution } from '#flow/execution.ts';
import type { NodeRunOf, Place } from '#flow/frame.ts';
import type { RoundOptions, RoundResult } from '#flow/nodes/node-type.ts';
import { declaredType } from '#flow/declared-type.ts';
import type { FlowNode, Scope } from '#flow/prepare.ts';
import { asMarkdown, asText } from '#flow/show.ts';
import { fillTemplate } from '#flow/template.ts';

/** What one node of a frame may touch. */
export const nodeRunOf: NodeRunOf = (of, place) => {
  const { run, frame, signal } = place;
  const { flow, limits, services, runId, history, depth } = run.options;
  const { pool, scope } = frame;
  const { node, config, onFailure } = of;
  return {
    id: node.id,
    runId,
    config,
    signal,
    deadline: run.deadline,
    limits,
    services,
    history,
    depth,
    ...(frame.within && { within: frame.within }),
    isGuarded: onFailure.retries > 0 || onFailure.next !== undefined,
    inputs: node.id === scope.root.node.id ? frame.inputs : {},
    read: (selector) => pool.read(selector),
    declaredType: (selector) => declaredType(flow.app, selector),
    render: (template, as) =>
      fillTemplate(template, {
        read: (selector) => pool.read(selector),
        show: as === 'markdown' ? asMarkdown : asText,
        limitChars: limits.nodeChars,
      }),
    groupOf: flow.groupOf,
    round: (options) => roundOf(of, place, options),
  };
};

/** One pass through what is inside a container, with its own answers in their order. */
async function* roundOf(
  of: FlowNode,
  { run, frame, signal }: Place,
  options: RoundOptions,
): AsyncGenerator<StepEvent, RoundResult> {
  const { limits } = run.options;
  if (frame.nesting >= limits.depth)
    throw new SpillwayError('too_large', `Containers nest deeper than ${limits.depth}.`);
  const { id } = of.node;
  const { index, kind, variables } = options;
  const scope: Scope | undefined = of.inside;
  const pool = frame.pool.fork();
  pool.begin(id, variables);
  const read: RoundResult['read'] = (selector) => pool.read(selector);
  if (!scope) {
    const nothing = { outputs: {}, isLast: false, spent: {}, elapsedMs: 0 };
    return { status: 'succeeded', read, variables: pool.all(id), ...nothing };
  }
  const beganMs = run.at();
  const within = { nodeId: id, kind, index };
  const answers = new AnswerStream(scope, { pool: pool.fork(), limits, within });
  const nesting = frame.nesting + 1;
  const inner = { scope, pool, inputs: {}, signal, within, nesting };
  const execution = new Execution(run, inner, nodeRunOf);
  const ended = yield* filtered(execution.events(), answers);
  return { ...ended, read, variables: pool.all(id), elapsedMs: ended.endedMs - beganMs };
}

/** A generator's events through the answer's order; what it returned. */
export async function* filtered<R>(
  events: AsyncGenerator<StepEvent, R>,
  answers: AnswerStream,
): AsyncGenerator<StepEvent, R> {
  try {
    for (;;) {
      const { done, value } = await events.next();
      if (done) return value;
      yield* answers.push(value);
    }
  } finally {
    await events.return(undefined as R);
  }
}
