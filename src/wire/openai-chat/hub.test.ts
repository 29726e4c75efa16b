import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import type { ChatEvent } from '#wire/chat-event.ts';
import type { ChatRequest, Part } from '#wire/chat-request.ts';
import type { Quirks } from '#wire/dialect.ts';
import { openaiChat } from '#wire/openai-chat/index.ts';
import { runStep } from '#wire/test-kit.ts';

const media = (): ChatRequest => {
  const text = readFileSync(new URL('fixtures/request-media.json', import.meta.url), 'utf8');
  return openaiChat.readRequest(JSON.parse(text) as JsonObject);
};

test('a request is read into the words of the hub', () => {
  const { messages, ...fields } = media();
  expect(fields).toEqual({
    model: 'gpt-4.1',
    stream: false,
    includeUsage: false,
    maxOutputTokens: 5,
    temperature: 0,
    topP: 0.9,
    stop: ['END', '\n\n'],
    presencePenalty: 0.5,
    frequencyPenalty: -0.5,
    choices: 2,
    tools: [
      {
        name: 'find',
        schema: { type: 'object', properties: { what: { type: 'string' } } },
      },
    ],
    toolChoice: { kind: 'tool', name: 'find' },
    format: { kind: 'json' },
    reasoning: { effort: 'low' },
    serviceTier: 'flex',
    dialect: 'openai-chat',
    extra: { logit_bias: { '50256': -100 } },
  });
  expect(messages.map(({ role, parts }) => [role, ...parts.map(({ kind }) => kind)])).toEqual([
    ['system', 'text'],
    ['user', 'text', 'image', 'document'],
    ['assistant', 'reasoning', 'reasoning', 'text', 'tool-call', 'tool-call'],
    ['user', 'tool-result'],
    ['user', 'tool-result'],
    ['assistant', 'refusal'],
    ['user', 'text'],
  ]);
  expect(messages[0]?.parts[0]).toMatchObject({ cache: { ttl: '1h' } });
  // It says that it is a JPEG.
  expect(messages[1]?.parts[1]).toMatchObject({ source: { mediaType: 'image/png' } });
  expect(messages[2]?.parts[4]).toMatchObject({ input: '{"what":', signature: 'dGhvdWdodA==' });
});

describe('a request of another dialect', () => {
  const foreign = (more: Partial<ChatRequest> = {}, quirks: Quirks = {}) =>
    openaiChat.writeRequest(
      { ...media(), dialect: 'other', extra: { theirs: 1 }, ...more },
      { model: 'up', asksUsage: true, quirks },
    );
  const messagesOf = (parts: readonly Part[]) =>
    foreign({ messages: [{ role: 'user', parts }] }).body['messages'];

  test('leaves behind what only its own vendor understands', () => {
    const { body, left } = foreign();
    expect(body).not.toHaveProperty('theirs');
    expect(JSON.stringify(body)).not.toMatch(/thinking_blocks|reasoning_content|cache_control/);
    expect(left).toEqual(['cacheMarks']);
  });

  test('says thoughts and marks where they are wanted', () => {
    const { body, left } = foreign({}, { returnsThoughts: true, cacheMarks: true });
    expect(left).toEqual([]);
    expect(JSON.stringify(body)).toMatch(/cache_control.*thinking_blocks/);
  });

  test('puts results before what else is said, and the pictures of a tool behind them', () => {
    const image = { kind: 'image', source: { kind: 'url', url: 'https://x.test/a.png' } } as const;
    expect(
      messagesOf([
        { kind: 'text', text: 'Here.' },
        { kind: 'tool-result', id: 'c1', content: [{ kind: 'text', text: 'Done.' }, image] },
      ]),
    ).toEqual([
      { role: 'tool', tool_call_id: 'c1', content: 'Done.' },
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url: { url: 'https://x.test/a.png' } },
          { type: 'text', text: 'Here.' },
        ],
      },
    ]);
  });

  test('names the part that has no place here', () => {
    const source = { kind: 'url', url: 'https://x.test/a.pdf' } as const;
    expect(() => messagesOf([{ kind: 'document', source }])).toThrowError(
      expect.objectContaining({ code: 'invalid_request', param: 'messages.0.content.0' }),
    );
  });

  test('says a text document as its text', () => {
    const data = Buffer.from('Sales rose.').toString('base64');
    const source = { kind: 'data', mediaType: 'text/plain', data } as const;
    expect(messagesOf([{ kind: 'document', source }])).toEqual([
      { role: 'user', content: 'Sales rose.' },
    ]);
  });

  test.each([
    [{ effort: 'xhigh', budgetTokens: 1 }, 'xhigh'],
    [{ budgetTokens: 1_024 }, 'low'],
    [{ budgetTokens: 4_000 }, 'medium'],
    [{ budgetTokens: 32_000 }, 'high'],
    [{ budgetTokens: -1 }, undefined],
    [{ budgetTokens: 0 }, undefined],
  ])('thinks as hard as %j', (reasoning, effort) => {
    expect(foreign({ reasoning }).body['reasoning_effort']).toBe(effort);
  });

  test("tools of its vendor's, and what the model refuses, are left and named", () => {
    const tools = [{ dialect: 'other', value: { type: 'web' } }];
    const { body, left } = foreign({ tools, topK: 3 }, { refuses: ['topK', 'seed', 'logprobs'] });
    expect(left).toEqual(['topK', 'cacheMarks', 'tools']);
    expect(body).not.toHaveProperty('top_k');
    expect(body).not.toHaveProperty('tools');
  });

  test('a name that is too long for its vendor is left', () => {
    const { body, left } = foreign({ user: 'u'.repeat(65) });
    expect(left).toEqual(['user', 'cacheMarks']);
    expect(body).not.toHaveProperty('user');
    expect(foreign({ user: 'u'.repeat(64) }).left).toEqual(['cacheMarks']);
  });
});

describe('a cap under the name that its model takes', () => {
  const quirks = { maxTokensField: 'max_completion_tokens' };
  const plain = { model: 'm', messages: [] };

  test.each<[JsonObject, JsonObject]>([
    [{ max_tokens: 50 }, { max_completion_tokens: 50 }],
    // Meant for the answer, it now caps the thoughts too, and so little is refused.
    [{ max_tokens: 5 }, { max_completion_tokens: 16 }],
    [{ max_tokens: 0 }, { max_completion_tokens: 0 }],
    [{ max_completion_tokens: 5 }, { max_completion_tokens: 5 }],
    [{ max_tokens: 9, max_completion_tokens: 5 }, { max_completion_tokens: 5 }],
    [{ max_tokens: null }, { max_tokens: null }],
  ])('%j', (given, sent) => {
    const to = { model: 'o4', asksUsage: true, quirks };
    expect(openaiChat.redirectRequest({ ...plain, ...given }, to)).toEqual({
      model: 'o4',
      messages: [],
      ...sent,
    });
    const request = openaiChat.readRequest({ ...plain, ...given });
    expect(openaiChat.writeRequest(request, to).body).toMatchObject(
      sent['max_tokens'] === null ? {} : sent,
    );
  });
});

test('what the hub says beyond texts has a place in chunks and in a whole reply', () => {
  const events: ChatEvent[] = [
    { type: 'start', id: 'a', model: 'm', created: 1 },
    { type: 'block-start', index: 0, block: { kind: 'reasoning', redacted: 'dark' } },
    { type: 'block-end', index: 0 },
    { type: 'block-start', index: 1, block: { kind: 'reasoning' } },
    { type: 'block-delta', index: 1, delta: 'Hm.' },
    { type: 'block-end', index: 1, signature: 'seal' },
    { type: 'block-start', index: 2, block: { kind: 'text' } },
    { type: 'block-delta', index: 2, delta: 'Look:' },
    { type: 'citation', index: 2, citation: { url: 'https://x.test', from: 0, to: 4 } },
    { type: 'block-end', index: 2 },
    { type: 'block-start', index: 3, block: { kind: 'image', mediaType: 'image/png' } },
    { type: 'block-delta', index: 3, delta: 'iVBORw0K' },
    { type: 'block-delta', index: 3, delta: 'Ggo=' },
    { type: 'block-end', index: 3 },
    { type: 'block-start', index: 4, block: { kind: 'tool-call', id: 'c', name: 'f' } },
    { type: 'block-delta', index: 4, delta: '{}' },
    { type: 'block-end', index: 4, signature: 'thought' },
    { type: 'extra', dialect: 'other', value: { grounding: 1 } },
    { type: 'usage', usage: { inputTokens: 5, outputTokens: 3, cacheWriteTokens: 2 } },
    { type: 'finish', reason: 'tool-calls', raw: 'tool_use' },
  ];
  expect(openaiChat.writeReply(events)['choices']).toMatchObject([
    {
      message: {
        content: 'Look:',
        reasoning_content: 'Hm.',
        thinking_blocks: [
          { type: 'redacted_thinking', data: 'dark' },
          { type: 'thinking', thinking: 'Hm.', signature: 'seal' },
        ],
        annotations: [{ url_citation: { url: 'https://x.test', start_index: 0, end_index: 4 } }],
        images: [{ image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } }],
        tool_calls: [{ id: 'c', provider_specific_fields: { thought_signature: 'thought' } }],
        provider_specific_fields: { grounding: 1 },
      },
      finish_reason: 'tool_calls',
    },
  ]);
  const frames = runStep(openaiChat.streamWriter({ includeUsage: true }), events);
  const read = runStep(openaiChat.streamReader(), frames);
  const said = (all: readonly ChatEvent[]) =>
    all.filter(({ type }) => type !== 'extra' && type !== 'block-delta' && type !== 'finish');
  expect(said(read)).toEqual(said(events));
});

test('what only another vendor has words for is told whole, however many pieces it came in', () => {
  const citation = { title: 'A file' };
  const events: ChatEvent[] = [
    { type: 'start', id: 'r', model: 'm', created: 0 },
    { type: 'block-start', index: 0, block: { kind: 'text' } },
    { type: 'block-delta', index: 0, delta: 'Look:' },
    { type: 'citation', index: 0, citation },
    { type: 'block-end', index: 0 },
    { type: 'extra', dialect: 'other', value: { grounding: 1, ran: ['a'] } },
    { type: 'extra', dialect: 'other', value: { ran: ['b'] } },
    { type: 'finish', reason: 'stop', raw: 'stop' },
  ];
  const extra = { grounding: 1, ran: ['a', 'b'] };
  expect(openaiChat.writeReply(events)['choices']).toMatchObject([
    { message: { provider_specific_fields: { ...extra, citations: [citation] } } },
  ]);
  const frames = runStep(openaiChat.streamWriter({ includeUsage: false }), events);
  const last = JSON.parse(frames.at(-2)!.data) as { choices: { delta: JsonObject }[] };
  expect(last.choices[0]?.delta).toEqual({ provider_specific_fields: extra });
});
