import type { ChatEvent } from '#wire/chat-event.ts';
import { cohereChat } from '#wire/cohere-chat/index.ts';
import { chatDialectConformance } from '#wire/dialect.conformance.ts';

/** Neither the model nor the hour is told, refusals are texts, and thoughts are not counted apart. */
const sayable = (events: ChatEvent[]): ChatEvent[] => {
  const refusals = new Set<number>();
  return events.flatMap((event): ChatEvent[] => {
    if (event.type === 'start') return [{ ...event, model: '', created: 0 }];
    if (event.type === 'block-start' && event.block.kind === 'refusal') refusals.add(event.index);
    if ('index' in event && refusals.has(event.index)) return [];
    if (event.type !== 'usage') return [event];
    const { reasoningTokens: _, ...usage } = event.usage;
    return [{ ...event, usage }];
  });
};

chatDialectConformance(cohereChat, {
  folder: new URL('fixtures/', import.meta.url),
  sayable,
});
