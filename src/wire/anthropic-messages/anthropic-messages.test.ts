import type { ChatEvent } from '#wire/chat-event.ts';
import { anthropicMessages } from '#wire/anthropic-messages/index.ts';
import { chatDialectConformance } from '#wire/dialect.conformance.ts';

const folder = new URL('fixtures/', import.meta.url);

/** It tells no time, knows no refusals apart from texts, and calls tools with an object at least. */
const sayable = (events: ChatEvent[]): ChatEvent[] => {
  const refusals = new Set<number>();
  const calls = new Set<number>();
  for (const event of events) {
    if (event.type === 'block-start' && event.block.kind === 'refusal') refusals.add(event.index);
    if (event.type === 'block-start' && event.block.kind === 'tool-call') calls.add(event.index);
    if (event.type === 'block-delta' && event.delta !== '') calls.delete(event.index);
  }
  return events.flatMap((event): ChatEvent[] => {
    if (event.type === 'start') return [{ ...event, created: 0 }];
    if ('index' in event && refusals.has(event.index)) return [];
    if (event.type === 'block-end' && calls.has(event.index))
      return [{ type: 'block-delta', index: event.index, delta: '{}' }, event];
    return [event];
  });
};

chatDialectConformance(anthropicMessages, { folder, sayable });
