import type { ChatEvent } from '#wire/chat-event.ts';

/** What a reply is called where its vendor does not say. */
export interface ReplyNames {
  readonly id: string;
  /** Whether its vendor's own id is none in the caller's dialect. */
  readonly isOwnId?: boolean;
  readonly model: string;
  /** Seconds since 1970. */
  readonly created: number;
  /** Of tools, by what the vendor calls them. */
  readonly tools?: ReadonlyMap<string, string> | undefined;
}

/** The same event with what its vendor left unsaid, and in its caller's names. */
export const named = (event: ChatEvent, names: ReplyNames): ChatEvent => {
  if (event.type === 'block-start') return called(event, names.tools);
  if (event.type !== 'start') return event;
  return {
    ...event,
    id: names.isOwnId ? names.id : event.id || names.id,
    model: event.model || names.model,
    created: event.created || names.created,
  };
};

const called = (
  event: Extract<ChatEvent, { type: 'block-start' }>,
  tools: ReplyNames['tools'],
): ChatEvent => {
  const { block } = event;
  const name = block.kind === 'tool-call' ? tools?.get(block.name) : undefined;
  return block.kind !== 'tool-call' || name === undefined
    ? event
    : { ...event, block: { ...block, name } };
};
