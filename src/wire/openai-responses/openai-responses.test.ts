import { chatDialectConformance } from '#wire/dialect.conformance.ts';
import { openaiResponses } from '#wire/openai-responses/index.ts';

const folder = new URL('fixtures/', import.meta.url);

chatDialectConformance(openaiResponses, {
  folder,
  // An answer that calls tools has no other word for its end than that it is complete.
  sayable: (events) => {
    const last = events.at(-1);
    if (last?.type !== 'finish' || !['stop', 'tool-calls'].includes(last.reason)) return events;
    const calls = events.some(
      (event) => event.type === 'block-start' && event.block.kind === 'tool-call',
    );
    return events.with(events.length - 1, { ...last, reason: calls ? 'tool-calls' : 'stop' });
  },
});
