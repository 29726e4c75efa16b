import type { ChatEvent } from '#wire/chat-event.ts';
import { chatDialectConformance } from '#wire/dialect.conformance.ts';
import { gemini } from '#wire/gemini/index.ts';

/** A call's input is an object, there is no refusal apart from text, and a call ends with a full stop. */
const sayable = (events: ChatEvent[]): ChatEvent[] => {
  const kinds = new Map<number, string>();
  const hasCalls = events.some(
    (event) => event.type === 'block-start' && event.block.kind === 'tool-call',
  );
  return events.flatMap((event): ChatEvent[] => {
    if (event.type === 'block-start') kinds.set(event.index, event.block.kind);
    const kind = 'index' in event ? kinds.get(event.index) : undefined;
    if (kind === 'refusal') return [];
    if (kind === 'tool-call' && event.type === 'block-delta') return [];
    if (kind === 'tool-call' && event.type === 'block-start')
      return [event, { type: 'block-delta', index: event.index, delta: '{"n":[1]}' }];
    if (event.type === 'finish' && (event.reason === 'stop' || event.reason === 'tool-calls'))
      return [{ ...event, reason: hasCalls ? 'tool-calls' : 'stop' }];
    return [event];
  });
};

chatDialectConformance(gemini, {
  folder: new URL('fixtures/', import.meta.url),
  inPath: ['model', 'stream'],
  sayable,
});
