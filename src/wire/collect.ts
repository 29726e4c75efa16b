import { SpillwayError } from '#core/errors.ts';
import type { Json, JsonObject } from '#core/json.ts';
import type { Block, ChatEvent, Citation, FinishEvent, Usage } from '#wire/chat-event.ts';

/** A block with all that was said of it. */
export type WholeBlock = Block & {
  readonly choice: number;
  /** Text; of a tool call its JSON text, of an image base64. */
  readonly content: string;
  readonly signature?: string;
  readonly citations: readonly Citation[];
  readonly logprobs: readonly Json[];
};

/** A reply that has ended, of one or more choices. */
export interface Gathered {
  readonly id: string;
  readonly model: string;
  readonly created: number;
  /** In the order in which they began. */
  readonly blocks: readonly WholeBlock[];
  readonly usage?: Usage;
  /** One for each choice; never empty. */
  readonly finishes: readonly [FinishEvent, ...FinishEvent[]];
  readonly extras: readonly { readonly dialect: string; readonly value: JsonObject }[];
}

/** The first choice of a reply, by kinds. */
export interface WholeReply {
  readonly id: string;
  readonly model: string;
  readonly created: number;
  readonly text: string;
  readonly reasoning: string;
  /** The vendor's own words for why the model would not answer; empty when it did. */
  readonly refusal: string;
  readonly toolCalls: readonly { id: string; name: string; input: string }[];
  readonly usage?: Usage;
  readonly finish: Pick<FinishEvent, 'reason' | 'raw'>;
}

interface Open {
  readonly block: Block;
  readonly choice: number;
  readonly pieces: string[];
  readonly citations: Citation[];
  readonly logprobs: Json[];
  signature?: string;
}

/**
 * Events → the whole reply: a whole reply is a stream that has ended.
 * Throws SpillwayError `stream_truncated` when it has not, or when it ended in an error.
 */
export const gather = (events: Iterable<ChatEvent>): Gathered => {
  let head = { id: '', model: '', created: 0 };
  const opened = new Map<number, Open>();
  const finishes: FinishEvent[] = [];
  const extras: { dialect: string; value: JsonObject }[] = [];
  let usage: Usage | undefined;
  for (const event of events) {
    if (event.type === 'start') {
      const { id, model, created } = event;
      head = { id, model, created };
    } else if (event.type === 'block-start') {
      const { block, choice = 0 } = event;
      opened.set(event.index, { block, choice, pieces: [], citations: [], logprobs: [] });
    } else if (event.type === 'usage') ({ usage } = event);
    else if (event.type === 'finish') finishes.push(event);
    else if (event.type === 'extra') extras.push({ dialect: event.dialect, value: event.value });
    else if (event.type === 'error')
      throw new SpillwayError('stream_truncated', `The reply broke off: ${event.error.message}`);
    else addTo(opened.get(event.index), event);
  }
  const [first, ...others] = finishes;
  if (!first) throw new SpillwayError('stream_truncated', 'The reply ended before it was whole.');
  const blocks = [...opened.values()].map(({ block, pieces, ...said }) => ({
    ...block,
    ...said,
    content: pieces.join(''),
  }));
  return { ...head, blocks, ...(usage && { usage }), finishes: [first, ...others], extras };
};

const addTo = (
  open: Open | undefined,
  event: Extract<ChatEvent, { type: 'block-delta' | 'citation' | 'logprobs' | 'block-end' }>,
): void => {
  if (!open) return;
  if (event.type === 'block-delta') open.pieces.push(event.delta);
  else if (event.type === 'citation') open.citations.push(event.citation);
  else if (event.type === 'logprobs') open.logprobs.push(event.value);
  else if (event.signature !== undefined) open.signature = event.signature;
};

/** As `gather`, of the first choice alone. */
export const collect = (events: Iterable<ChatEvent>): WholeReply => {
  const { id, model, created, blocks, usage, finishes } = gather(events);
  const all = blocks.filter(({ choice }) => choice === 0);
  const join = (kind: Block['kind']): string =>
    all.map((block) => (block.kind === kind ? block.content : '')).join('');
  const { reason, raw } = finishes.find(({ choice = 0 }) => choice === 0) ?? finishes[0];
  return {
    id,
    model,
    created,
    text: join('text'),
    reasoning: join('reasoning'),
    refusal: join('refusal'),
    toolCalls: all.flatMap((block) =>
      block.kind === 'tool-call' ? [{ id: block.id, name: block.name, input: block.content }] : [],
    ),
    ...(usage && { usage }),
    finish: { reason, raw },
  };
};
