import { expect, test } from 'vitest';
import type { ChatEvent } from '#wire/chat-event.ts';
import { chatDialectConformance } from '#wire/dialect.conformance.ts';
import { openaiCompletions } from '#wire/openai-completions/index.ts';

/** Texts alone: a completion has no other kind of block. */
const texts = (events: ChatEvent[]): ChatEvent[] => {
  const kept = new Set(
    events.flatMap((event) =>
      event.type === 'block-start' && event.block.kind === 'text' ? [event.index] : [],
    ),
  );
  return events.filter((event) => !('index' in event) || kept.has(event.index));
};

chatDialectConformance(openaiCompletions, {
  folder: new URL('./fixtures/', import.meta.url),
  sayable: texts,
});

test.each([[['a', 'b']], [[1, 2]], [[[1], [2]]], [{}], [7]])(
  'the prompt %j passes to its own vendor or is refused, and is no chat',
  (prompt) => {
    const body = { model: 'm', prompt };
    if (Array.isArray(prompt)) expect(openaiCompletions.touchRequest(body).model).toBe('m');
    expect(() => openaiCompletions.readRequest(body as never)).toThrowError(
      expect.objectContaining({ code: 'invalid_request', param: 'prompt' }),
    );
  },
);

test('what is no text leaves no chunk, and a refusal is what is said', () => {
  const events: ChatEvent[] = [
    { type: 'start', id: 'a', model: 'm', created: 1 },
    { type: 'block-start', index: 0, block: { kind: 'reasoning' } },
    { type: 'block-delta', index: 0, delta: 'Hm.' },
    { type: 'block-end', index: 0 },
    { type: 'block-start', index: 1, block: { kind: 'refusal' } },
    { type: 'block-delta', index: 1, delta: 'No.' },
    { type: 'block-end', index: 1 },
    { type: 'finish', reason: 'stop', raw: 'stop' },
  ];
  const writer = openaiCompletions.streamWriter({ includeUsage: false });
  const frames = [...events.flatMap((event) => writer.push(event)), ...writer.end()];
  expect(frames.map(({ data }) => data)).toEqual([
    expect.stringContaining('"text":"No."'),
    expect.stringContaining('"finish_reason":"stop"'),
    '[DONE]',
  ]);
});
