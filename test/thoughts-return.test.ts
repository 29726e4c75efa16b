import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '#core/json.ts';
import type { ChatEvent } from '#wire/chat-event.ts';
import type { ChatMessage, ChatRequest } from '#wire/chat-request.ts';
import type { ChatDialect } from '#wire/dialect.ts';
import { DOORS, type SpokenWorld, callers, plays, startSpoken, vendors } from './kit/spoken.ts';

/*
 * Models that think seal their thoughts, and want them back, seal and all, with the results of the
 * tools that they call. Callers send back what they were given.
 */

let world: SpokenWorld;
beforeAll(async () => (world = await startSpoken()));
afterAll(() => world.close());

const SEAL = 'c2VhbCBvZiB0aGUgdGhvdWdodA==';

/** What a vendor seals: its thoughts, or the calls that came of them. */
const SEALS: Readonly<Record<string, 'reasoning' | 'tool-call'>> = {
  'anthropic-messages': 'reasoning',
  'bedrock-converse': 'reasoning',
  gemini: 'tool-call',
};

const answerOf = (sealed: string | undefined): ChatEvent[] => {
  const seal = (kind: string) => sealed === kind && { signature: SEAL };
  return [
    { type: 'start', id: 'reply-1', model: 'vendor-model', created: 1 },
    { type: 'block-start', index: 0, block: { kind: 'reasoning' } },
    { type: 'block-delta', index: 0, delta: 'Snow falls ' },
    { type: 'block-delta', index: 0, delta: 'in winter.' },
    { type: 'block-end', index: 0, ...seal('reasoning') },
    { type: 'block-start', index: 1, block: { kind: 'tool-call', id: 'call_1', name: 'weather' } },
    { type: 'block-delta', index: 1, delta: '{"place":"札幌"}' },
    { type: 'block-end', index: 1, ...seal('tool-call') },
    { type: 'usage', usage: { inputTokens: 21, outputTokens: 9 } },
    { type: 'finish', reason: 'tool-calls', raw: '' },
  ];
};

const question: ChatMessage = { role: 'user', parts: [{ kind: 'text', text: 'Snow in 札幌?' }] };

const request = (stream: boolean): ChatRequest => ({
  model: 'group',
  messages: [question],
  stream,
  includeUsage: true,
  maxOutputTokens: 4_000,
  tools: [{ name: 'weather', schema: { type: 'object' } }],
  dialect: 'nobody',
  extra: {},
});

const RESULT = '2 °C';

/** A caller's next request: what it has sent, what it was given, and the tool's result, as its SDK has it. */
const NEXT: Readonly<Record<string, (body: JsonObject, reply: JsonObject) => JsonObject>> = {
  'openai-chat': ({ messages }, { choices }) => {
    const [{ message }] = choices as [{ message: { tool_calls: [{ id: string }] } }];
    const [{ id }] = message.tool_calls;
    const result = { role: 'tool', tool_call_id: id, content: RESULT };
    return { messages: [...(messages as Json[]), message, result] };
  },
  'anthropic-messages': ({ messages }, { content }) => {
    const { id } = (content as { type: string; id: string }[]).find(
      ({ type }) => type === 'tool_use',
    )!;
    const result = { type: 'tool_result', tool_use_id: id, content: RESULT };
    return {
      messages: [
        ...(messages as Json[]),
        { role: 'assistant', content: content! },
        { role: 'user', content: [result] },
      ],
    };
  },
  gemini: ({ contents }, { candidates }) => {
    const [{ content }] = candidates as [{ content: JsonObject }];
    const functionResponse = { name: 'weather', response: { output: RESULT } };
    return {
      contents: [...(contents as Json[]), content, { role: 'user', parts: [{ functionResponse }] }],
    };
  },
  'openai-responses': ({ input }, { output }) => {
    const items = output as { type: string; call_id: string }[];
    const { call_id } = items.find(({ type }) => type === 'function_call')!;
    const asked = Array.isArray(input) ? input : [{ role: 'user', content: input! }];
    return {
      input: [
        ...asked,
        ...(items as unknown as Json[]),
        { type: 'function_call_output', call_id, output: RESULT },
      ],
    };
  },
};

/** Under what a vendor finds its seal again. */
const sealed = (vendor: ChatDialect): string[] => {
  const { body } = world.upstream(vendor).calls.at(-1)!;
  const { messages } = vendor.readRequest({ model: 'in-the-path', ...body, stream: false });
  return messages
    .flatMap(({ parts }) => parts)
    .flatMap((part) => ('signature' in part && part.signature === SEAL ? [part.kind] : []));
};

const pairs = vendors
  .filter(({ name }) => SEALS[name] !== undefined)
  .flatMap((vendor) =>
    callers.map((caller) => [vendor.name, caller.name, vendor, caller] as const),
  );

describe.each(pairs)(
  'a vendor of %s gets its seal back by a caller of %s',
  (_, _name, vendor, caller) => {
    const kind = SEALS[vendor.name]!;

    /** A reply as its caller has it, sent back with the tool's result. */
    const goOn = async (reply: JsonObject): Promise<void> => {
      const asked = { model: vendor.name, asksUsage: true };
      const { body } = caller.writeRequest(request(false), asked);
      const next = { ...body, ...NEXT[caller.name]!(body, reply) };
      const path = DOORS[caller.name]!(vendor.name, false);
      const { status } = await world.gateway.post(path, next);
      expect(status).toBe(200);
      expect(sealed(vendor)).toContain(kind);
    };

    test('whole', async () => {
      world.play(plays(answerOf(kind)));
      const { text } = await world.ask(caller, vendor, request(false));
      await goOn(JSON.parse(text) as JsonObject);
    });

    test('streamed', async () => {
      world.play(plays(answerOf(kind)));
      const { events } = await world.ask(caller, vendor, request(true));
      await goOn(caller.writeReply(events));
    });
  },
);
