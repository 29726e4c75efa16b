import { SpillwayError } from '#core/errors.ts';
import type { Block, ChatEvent, FinishReason, Usage } from '#wire/chat-event.ts';

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
  readonly finish: { readonly reason: FinishReason; readonly raw: string };
}

/**
 * Events → the whole reply: a whole reply is a stream that has ended.
 * Throws SpillwayError `stream_truncated` when it has not, or when it ended in an error.
 */
export const collect = (events: Iterable<ChatEvent>): WholeReply => {
  const head = { id: '', model: '', created: 0 };
  const blocks = new Map<number, { kind: string; id: string; name: string; content: string }>();
  let usage: Usage | undefined;
  let finish: WholeReply['finish'] | undefined;
  for (const event of events) {
    if (event.type === 'start') {
      head.id = event.id;
      head.model = event.model;
      head.created = event.created;
    } else if (event.type === 'block-start')
      blocks.set(event.index, { id: '', name: '', ...event.block, content: '' });
    else if (event.type === 'block-delta') {
      const block = blocks.get(event.index);
      if (block) block.content += event.delta;
    } else if (event.type === 'usage') usage = event.usage;
    else if (event.type === 'finish') finish = { reason: event.reason, raw: event.raw };
    else if (event.type === 'error')
      throw new SpillwayError('stream_truncated', `The reply broke off: ${event.error.message}`);
  }
  if (!finish) throw new SpillwayError('stream_truncated', 'The reply ended before it was whole.');
  const all = [...blocks.values()];
  const join = (kind: Block['kind']): string =>
    all.map((block) => (block.kind === kind ? block.content : '')).join('');
  return {
    id: head.id,
    model: head.model,
    created: head.created,
    text: join('text'),
    reasoning: join('reasoning'),
    refusal: join('refusal'),
    toolCalls: all
      .filter((block) => block.kind === 'tool-call')
      .map(({ id, name, content }) => ({ id, name, input: content })),
    ...(usage && { usage }),
    finish,
  };
};
