import type { ChatEvent } from '#wire/chat-event.ts';

/** What a reply is called where its vendor does not say. */
export interface ReplyNames {
  readonly id: string;
  /** Whether its vendor's own id is none in the caller's dialect. */
  readonly isOwnId?: boolean;
  readonly model: string;
  /** Seconds since 1970. */
  readonly created: number;
}

/** The same event with what its vendor left unsaid. */
export const named = (event: ChatEvent, names: ReplyNames): ChatEvent => {
  if (event.type !== 'start') return event;
  return {
    ...event,
    id: names.isOwnId ? names.id : event.id || names.id,
    model: event.model || names.model,
    created: event.created || names.created,
  };
};
