import type { JsonObject } from '#core/json.ts';
import type { ChatEvent } from '#wire/chat-event.ts';
import { gather } from '#wire/collect.ts';
import {
  endOf,
  extrasOf,
  headOf,
  isBlocked,
  logprobsField,
  partOf,
  usageField,
} from '#wire/gemini/write-chunk.ts';

export const writeReply = (events: readonly ChatEvent[]): JsonObject => {
  const whole = gather(events);
  const extras = extrasOf(whole.extras);
  const [first] = whole.finishes;
  const tail = { ...usageField(whole.usage, extras), ...headOf(whole), ...extras.reply };
  if (isBlocked(first, extras, whole.blocks.length)) return tail;
  const candidates = whole.finishes.map((finish) => {
    const index = finish.choice ?? 0;
    const blocks = whole.blocks.filter(({ choice }) => choice === index);
    const parts = [
      ...blocks.filter((block) => !(block.kind === 'reasoning' && block.redacted)).map(partOf),
      ...(index === 0 ? extras.parts : []),
    ];
    return {
      ...(parts.length > 0 && { content: { parts, role: 'model' } }),
      ...endOf(finish, extras, blocks),
      ...logprobsField(blocks.flatMap(({ logprobs }) => logprobs)),
    };
  });
  return { candidates, ...tail };
};
