import type { JsonObject } from '#core/json.ts';
import type { ChatEvent } from '#wire/chat-event.ts';
import { type WholeBlock, gather } from '#wire/collect.ts';
import type { ReplyWriteOptions } from '#wire/dialect.ts';
import { endOf, itemId, itemOf, partOf, responseOf } from '#wire/openai-responses/response.ts';

/** Of several answers the first: there is no place for others. */
export const writeReply = (
  events: readonly ChatEvent[],
  { request }: ReplyWriteOptions = {},
): JsonObject => {
  const { blocks, usage, finishes, extras, ...head } = gather(events);
  const first = finishes.find(({ choice = 0 }) => choice === 0) ?? finishes[0];
  const output = blocks
    .filter(({ choice }) => choice === 0)
    .map((block, index) => writeBlock(block, itemId(block, index, head.id)));
  return { ...responseOf(head, request), ...endOf(first, { output, usage, extras }) };
};

const writeBlock = (block: WholeBlock, id: string): JsonObject => {
  const { kind, content, signature } = block;
  const part = kind === 'text' || kind === 'refusal' ? partOf(kind, block) : undefined;
  return itemOf(block, { id, status: 'completed', part, content, signature });
};
