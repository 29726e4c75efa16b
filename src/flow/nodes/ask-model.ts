import { Buffer } from 'node:buffer';
import { type ErrorCode, SpillwayError } from '#core/errors.ts';
import type { NodeEvent, NodeRun } from '#flow/nodes/node-type.ts';
import { withoutPrompt } from '#flow/nodes/without-prompt.ts';
import { type Spent, spentOf, type Took } from '#flow/spent.ts';
import type { Block, UpstreamError } from '#wire/chat-event.ts';
import type { ChatRequest, ToolCallPart } from '#wire/chat-request.ts';

export interface Picture {
  readonly mimeType: string;
  readonly bytes: Uint8Array;
}

/** A model's answer, whole. */
export interface ModelAnswer {
  readonly text: string;
  /** What it thought, where it says so. */
  readonly thought: string;
  readonly calls: readonly ToolCallPart[];
  readonly pictures: readonly Picture[];
  readonly spent: Spent;
  readonly took: Took | undefined;
  /** The vendor's own word. */
  readonly finishReason: string;
}

interface Heard {
  readonly spoken: (text: string) => readonly NodeEvent[];
  readonly thought?: (text: string) => readonly NodeEvent[];
}

type Open = { readonly block: Block; text: string };

/** Blocks that a person is meant to read: an answer, or why there is none. */
const SPOKEN: ReadonlySet<string> = new Set<Block['kind']>(['text', 'refusal']);

/**
 * Asks the node's model. `spoken` says what to do with each piece of the answer, as soon as it comes,
 * `thought` with each piece of what it thinks apart from that.
 * Throws SpillwayError when the answer breaks off.
 */
export async function* askModel(
  node: NodeRun<unknown>,
  request: ChatRequest,
  heard: Heard | Heard['spoken'],
): AsyncGenerator<NodeEvent, ModelAnswer> {
  const { spoken, thought }: Heard = typeof heard === 'function' ? { spoken: heard } : heard;
  const { id: nodeId, runId, signal, deadline } = node;
  const blocks = new Map<number, Open>();
  let spent: Spent = {};
  let took: Took | undefined;
  let finishReason: string | undefined;
  let callId: string | undefined;
  try {
    for await (const event of node.services.chat(request, { runId, nodeId, signal, deadline })) {
      if (event.type === 'served') {
        ({ callId } = event);
        yield event;
      } else if (event.type === 'block-start')
        blocks.set(event.index, { block: event.block, text: '' });
      else if (event.type === 'block-delta') {
        const open = blocks.get(event.index);
        if (!open) continue;
        open.text += event.delta;
        if (SPOKEN.has(open.block.kind)) yield* spoken(event.delta);
        else if (thought && open.block.kind === 'reasoning') yield* thought(event.delta);
      } else if (event.type === 'usage') spent = { ...spent, usage: event.usage };
      else if (event.type === 'priced') spent = spentOf({ ...spent, ...event });
      else if (event.type === 'timed') took = event;
      else if (event.type === 'finish') finishReason ??= event.raw;
      else if (event.type === 'error') throw brokenOff(event.error);
    }
  } catch (thrown) {
    throw withoutPrompt(thrown, request);
  }
  if (finishReason === undefined)
    throw new SpillwayError('stream_truncated', "The model's answer ended before it was whole.");
  if (callId !== undefined) yield spentOn(callId, spent);
  const all = [...blocks.values()];
  const textOf = (fits: (kind: string) => boolean): string =>
    all.flatMap(({ block, text }) => (fits(block.kind) ? text : [])).join('');
  return {
    text: textOf((kind) => SPOKEN.has(kind)),
    thought: textOf((kind) => kind === 'reasoning'),
    calls: all.flatMap(({ block, text }) =>
      block.kind === 'tool-call'
        ? [{ kind: 'tool-call' as const, id: block.id, name: block.name, input: text }]
        : [],
    ),
    pictures: all.flatMap(({ block, text }) =>
      block.kind === 'image'
        ? [{ mimeType: block.mediaType, bytes: Buffer.from(text, 'base64') }]
        : [],
    ),
    spent,
    took,
    finishReason,
  };
}

const spentOn = (callId: string, { usage, costNanos }: Spent): NodeEvent => ({
  type: 'spent',
  callId,
  ...(usage && { usage }),
  ...(costNanos !== undefined && { costNanos }),
});

const CODES: Readonly<Record<UpstreamError['kind'], ErrorCode>> = {
  invalid: 'upstream_rejected',
  auth: 'upstream_rejected',
  content: 'upstream_rejected',
  'context-length': 'upstream_rejected',
  'rate-limit': 'rate_limited',
  overloaded: 'unavailable',
  timeout: 'timeout',
  broken: 'stream_truncated',
};

const brokenOff = ({ kind, message, retryAfterMs }: UpstreamError): SpillwayError =>
  new SpillwayError(CODES[kind], `The model's answer broke off: ${message}`, {
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
