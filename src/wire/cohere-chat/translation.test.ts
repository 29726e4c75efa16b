import { describe, expect, test } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import type { ChatMessage, ChatRequest, Part } from '#wire/chat-request.ts';
import { cohereChat } from '#wire/cohere-chat/index.ts';

const text = (said: string): Part => ({ kind: 'text', text: said });
const user = (...parts: Part[]): ChatMessage => ({ role: 'user', parts });

/** What a request of another dialect becomes. */
const written = (more: Partial<ChatRequest>, model = 'command-a-03-2025') =>
  cohereChat.writeRequest(
    {
      model: 'group',
      messages: [user(text('Hi'))],
      stream: false,
      includeUsage: false,
      dialect: 'openai-chat',
      extra: {},
      ...more,
    },
    { model, asksUsage: true },
  );

const messagesOf = (messages: readonly ChatMessage[]): unknown =>
  written({ messages }).body['messages'];

describe('messages of another dialect', () => {
  test('calls with their plan, and results, each a message', () => {
    const call = (id: string): Part => ({ kind: 'tool-call', id, name: 'f', input: '{"a":1}' });
    const result = (id: string): Part => ({ kind: 'tool-result', id, content: [text(id)] });
    expect(
      messagesOf([
        { role: 'system', parts: [text('S')] },
        { role: 'assistant', parts: [text('Plan.'), call('1'), call('2')] },
        user(result('1'), result('2'), text('Go on.')),
      ]),
    ).toEqual([
      { role: 'system', content: 'S' },
      {
        role: 'assistant',
        tool_plan: 'Plan.',
        tool_calls: ['1', '2'].map((id) => ({
          id,
          type: 'function',
          function: { name: 'f', arguments: '{"a":1}' },
        })),
      },
      { role: 'tool', tool_call_id: '1', content: '1' },
      { role: 'tool', tool_call_id: '2', content: '2' },
      { role: 'user', content: 'Go on.' },
    ]);
  });

  test('images as they are, text files beside the messages', () => {
    const data = Buffer.from('Cats purr. 猫').toString('base64');
    const { body } = written({
      messages: [
        user(
          text('What?'),
          { kind: 'image', source: { kind: 'url', url: 'https://x.test/a.png' }, detail: 'low' },
          { kind: 'image', source: { kind: 'data', mediaType: 'image/png', data: 'AAAA' } },
          {
            kind: 'document',
            source: { kind: 'data', mediaType: 'text/plain', data },
            name: 'cats.txt',
          },
        ),
      ],
      extra: { documents: ['first'] },
    });
    expect(body['messages']).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What?' },
          { type: 'image_url', image_url: { url: 'https://x.test/a.png', detail: 'low' } },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
        ],
      },
    ]);
    expect(body['documents']).toEqual([
      'first',
      { data: { title: 'cats.txt', text: 'Cats purr. 猫' } },
    ]);
  });

  test.each<[string, Part]>([
    [
      'a PDF',
      { kind: 'document', source: { kind: 'data', mediaType: 'application/pdf', data: 'x' } },
    ],
    ['a sound', { kind: 'audio', source: { kind: 'data', mediaType: 'audio/wav', data: 'x' } }],
    ['a stored image', { kind: 'image', source: { kind: 'file', id: 'file-1' } }],
  ])('what the vendor cannot take is refused: %s', (_, part) => {
    expect(() => messagesOf([user({ ...part, at: 'messages.1.content.0' })])).toThrowError(
      expect.objectContaining({ code: 'invalid_request', param: 'messages.1.content.0' }),
    );
  });
});

describe('parameters', () => {
  const tools = [{ name: 'f' }, { name: 'g' }];
  const named = (body: JsonObject): unknown[] =>
    (body['tools'] as { function: { name: string } }[]).map((tool) => tool.function.name);

  test('go by the vendor’s names', () => {
    const { body, left } = written({
      maxOutputTokens: 9,
      temperature: 0.1,
      topP: 0.2,
      topK: 3,
      seed: 4,
      presencePenalty: 0.5,
      frequencyPenalty: 0.6,
      stop: ['END'],
      stream: true,
      format: { kind: 'schema', schema: { type: 'object' } },
      extra: { safety_mode: 'STRICT', foo: 1 },
    });
    expect(left).toEqual([]);
    expect(body).toEqual({
      model: 'command-a-03-2025',
      messages: [{ role: 'user', content: 'Hi' }],
      stream: true,
      max_tokens: 9,
      temperature: 0.1,
      p: 0.2,
      k: 3,
      seed: 4,
      presence_penalty: 0.5,
      frequency_penalty: 0.6,
      stop_sequences: ['END'],
      response_format: { type: 'json_object', json_schema: { type: 'object' } },
      safety_mode: 'STRICT',
    });
  });

  test('one tool by name is the only one offered, and must be called', () => {
    const { body } = written({ tools, toolChoice: { kind: 'tool', name: 'g' } });
    expect(named(body)).toEqual(['g']);
    expect(body['tool_choice']).toBe('REQUIRED');
    expect(written({ tools, toolChoice: { kind: 'none' } }).body['tool_choice']).toBe('NONE');
    expect(written({ tools, toolChoice: { kind: 'auto' } }).body).not.toHaveProperty('tool_choice');
  });

  test('only models that think are told to', () => {
    const reasoning = { effort: 'low' };
    const thinker = 'command-a-reasoning-08-2025';
    expect(written({ reasoning }, thinker).body['thinking']).toEqual({
      type: 'enabled',
      token_budget: 1024,
    });
    expect(written({ reasoning: { effort: 'none' } }, thinker).body['thinking']).toEqual({
      type: 'disabled',
    });
    expect(written({ reasoning })).toMatchObject({ left: ['reasoning'] });
    expect(written({ reasoning: { effort: 'none' } })).toMatchObject({ left: [] });
  });

  test('what the vendor has no word for is told', () => {
    const search = { dialect: 'openai-responses', value: { type: 'web_search' } };
    const { left } = written({ choices: 2, logprobs: {}, parallelTools: false, tools: [search] });
    expect(left).toEqual(['choices', 'logprobs', 'parallelTools', 'tools']);
  });
});

describe('errors', () => {
  test.each([
    [
      400,
      'too many tokens: total number of tokens in the prompt cannot exceed 4081',
      'context-length',
    ],
    [498, 'invalid token', 'auth'],
    [429, 'You are using a Trial key', 'rate-limit'],
    [422, 'removed', 'invalid'],
    [504, 'late', 'timeout'],
  ])('%i %s', (status, message, kind) => {
    const body = JSON.stringify({ message });
    expect(cohereChat.readError(status, {}, body)).toMatchObject({ kind, status, message });
  });

  test('an answer that ends in one', () => {
    const body = { id: 'a', finish_reason: 'TIMEOUT', message: { role: 'assistant', content: [] } };
    expect(cohereChat.readReply(body).at(-1)).toMatchObject({
      type: 'error',
      error: { kind: 'timeout' },
    });
  });
});
