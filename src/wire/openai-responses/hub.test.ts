import { describe, expect, test } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import type { ChatEvent } from '#wire/chat-event.ts';
import { gather } from '#wire/collect.ts';
import { openaiChat } from '#wire/openai-chat/index.ts';
import { openaiResponses } from '#wire/openai-responses/index.ts';
import { runStep } from '#wire/test-kit.ts';
import { sealedId } from '#wire/sealed-id.ts';

const TO = { model: 'm', asksUsage: false };

const fromChat = (body: JsonObject) =>
  openaiResponses.writeRequest(openaiChat.readRequest({ model: 'g', ...body }), TO);
const toChat = (body: JsonObject) =>
  openaiChat.writeRequest(openaiResponses.readRequest({ model: 'g', ...body }), TO);

describe('a chat request, said here', () => {
  test('turns, calls and their results are items', () => {
    const calls = ['a', 'b'].map((id) => ({
      id,
      type: 'function',
      function: { name: 'f', arguments: '{}' },
    }));
    const { body, left } = fromChat({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'Wait.', tool_calls: calls },
        { role: 'tool', tool_call_id: 'a', content: '1' },
        { role: 'tool', tool_call_id: 'b', content: '2' },
      ],
      max_completion_tokens: 5,
      reasoning_effort: 'low',
      tools: [{ type: 'function', function: { name: 'f' } }],
      response_format: { type: 'json_schema', json_schema: { name: 's', schema: {} } },
    });
    expect(left).toEqual([]);
    expect(body).toEqual({
      model: 'm',
      input: [
        { type: 'message', role: 'system', content: 'Be brief.' },
        { type: 'message', role: 'user', content: 'Hi' },
        {
          type: 'message',
          role: 'assistant',
          content: [{ type: 'output_text', text: 'Wait.' }],
        },
        { type: 'function_call', call_id: 'a', name: 'f', arguments: '{}' },
        { type: 'function_call', call_id: 'b', name: 'f', arguments: '{}' },
        { type: 'function_call_output', call_id: 'a', output: '1' },
        { type: 'function_call_output', call_id: 'b', output: '2' },
      ],
      // Less is refused.
      max_output_tokens: 16,
      tools: [
        {
          type: 'function',
          name: 'f',
          parameters: { type: 'object', properties: {} },
          strict: false,
        },
      ],
      text: { format: { type: 'json_schema', name: 's', schema: {}, strict: false } },
      reasoning: { effort: 'low' },
      include: ['reasoning.encrypted_content'],
      store: false,
    });
  });

  test('what it has no word for is said to be left', () => {
    const messages = [{ role: 'user', content: 'Hi' }];
    const { body, left } = fromChat({ messages, seed: 1, stop: ['x'], n: 2, logit_bias: {} });
    expect(left).toEqual(['stop', 'seed', 'choices']);
    expect(Object.keys(body)).toEqual(['model', 'input', 'store']);
    expect(fromChat({ messages, n: 1 }).left).toEqual([]);
    const off = fromChat({ messages, thinking: { type: 'disabled' } });
    expect(off.body).not.toHaveProperty('include');
    const quirks = { refuses: ['reasoning'] } as const;
    const refused = openaiResponses.writeRequest(
      openaiChat.readRequest({ model: 'g', messages, reasoning_effort: 'low' }),
      { ...TO, quirks },
    );
    expect(refused.left).toEqual(['reasoning']);
    expect(Object.keys(refused.body)).toEqual(['model', 'input', 'store']);
  });
});

test('thoughts that others have sealed stay behind, whoever brings them', () => {
  const thought = (id: string, seal?: string): JsonObject => ({
    type: 'reasoning',
    id,
    summary: [],
    ...(seal !== undefined && { encrypted_content: seal }),
  });
  const [own, kept] = [thought('rs_1', 'gAAAABo'), thought('rs_abc')];
  const foreign = [
    thought('rs_2', 'EqQB'),
    thought('rs_0123_4'),
    thought('rs_3', 'redacted_thinking:x'),
  ];
  const said = { role: 'user', content: 'Hi' };
  const body = { model: 'g', input: [own, ...foreign, kept, said] };
  expect(openaiResponses.redirectRequest(body, TO)).toEqual({
    model: 'm',
    input: [own, kept, said],
  });
  const thinking_blocks = ['EqQB', 'gAAAABo'].map((signature) => ({
    type: 'thinking',
    thinking: 'so',
    signature,
  }));
  const { input } = fromChat({
    messages: [{ role: 'assistant', content: 'A', thinking_blocks }],
  }).body as { input: JsonObject[] };
  expect(input).toEqual([
    {
      type: 'reasoning',
      summary: [{ type: 'summary_text', text: 'so' }],
      encrypted_content: 'gAAAABo',
    },
    { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'A' }] },
  ]);
});

test('seals of calls that others have made stay behind, too', () => {
  const calls = (call_id: string) => [
    { type: 'function_call', call_id, name: 'look', arguments: '{}' },
    { type: 'function_call_output', call_id, output: 'Here.' },
  ];
  const body = { model: 'group', input: calls(sealedId('call_1', 'seal')) };
  expect(openaiResponses.redirectRequest(body, TO)['input']).toEqual(calls('call_1'));
  const { messages } = openaiResponses.readRequest(body);
  expect(messages.flatMap(({ parts }) => parts)).toMatchObject([
    { kind: 'tool-call', id: 'call_1', signature: 'seal' },
    { kind: 'tool-result', id: 'call_1' },
  ]);
});

describe('a request of this dialect, said as a chat', () => {
  test('one turn of the model is one message, whatever items it came in', () => {
    const { body } = toChat({
      instructions: 'Be brief.',
      input: [
        { role: 'user', content: 'Hi' },
        { type: 'reasoning', id: 'rs', summary: [], encrypted_content: 'x' },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Wait.' }] },
        { type: 'function_call', call_id: 'a', name: 'f', arguments: '{}' },
        { type: 'function_call', call_id: 'b', name: 'f', arguments: '{}' },
        { type: 'function_call_output', call_id: 'a', output: '1' },
        {
          type: 'function_call_output',
          call_id: 'b',
          output: [{ type: 'input_text', text: '2' }],
        },
        { type: 'web_search_call', id: 'ws', status: 'completed' },
      ],
      max_output_tokens: 9,
      previous_response_id: 'resp_1',
    });
    expect(body['messages']).toMatchObject([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Wait.', tool_calls: [{ id: 'a' }, { id: 'b' }] },
      { role: 'tool', tool_call_id: 'a', content: '1' },
      { role: 'tool', tool_call_id: 'b', content: '2' },
      { role: 'assistant', content: '' },
    ]);
    expect(body).toMatchObject({ max_tokens: 9 });
    expect(body).not.toHaveProperty('previous_response_id');
  });

  test.each<[JsonObject, string]>([
    [{ input: 7 }, 'input'],
    [{ input: ['hi'] }, 'input.0'],
    [{ input: [{}] }, 'input.0.type'],
    [{ max_output_tokens: -1 }, 'max_output_tokens'],
    [{ previous_response_id: 7 }, 'previous_response_id'],
    [{ input: [{ role: 'wizard', content: 'x' }] }, 'input.0.role'],
    [{ input: [{ role: 'user', content: [7] }] }, 'input.0.content.0'],
    [
      { input: [{ role: 'user', content: [{ type: 'input_image' }] }] },
      'input.0.content.0.image_url',
    ],
    [{ tools: [{ type: 'function' }] }, 'tools.0.name'],
    [{ text: { format: 7 } }, 'text.format'],
    [{ reasoning: { effort: 7 } }, 'reasoning.effort'],
  ])('%j: %s is named', (body, param) => {
    expect(() => toChat(body)).toThrowError(
      expect.objectContaining({ code: 'invalid_request', param }),
    );
  });
});

describe('an answer of somebody else, said here', () => {
  const events: ChatEvent[] = [
    { type: 'start', id: 'resp_1', model: 'm', created: 9 },
    { type: 'block-start', index: 0, block: { kind: 'reasoning' } },
    { type: 'block-delta', index: 0, delta: 'Hm.' },
    { type: 'block-end', index: 0, signature: 'seal' },
    { type: 'block-start', index: 1, block: { kind: 'reasoning', redacted: 'dark' } },
    { type: 'block-end', index: 1 },
    { type: 'block-start', index: 2, block: { kind: 'text' } },
    { type: 'block-delta', index: 2, delta: 'Yes' },
    { type: 'block-end', index: 2 },
    { type: 'block-start', index: 3, block: { kind: 'tool-call', id: 'c', name: 'f' } },
    { type: 'block-delta', index: 3, delta: '{}' },
    { type: 'block-end', index: 3 },
    { type: 'usage', usage: { inputTokens: 3, outputTokens: 4 } },
    { type: 'finish', reason: 'tool-calls', raw: 'tool_use' },
  ];
  const whole = openaiResponses.writeReply(events);

  test('thoughts carry their seal, and it comes back as what it was', () => {
    expect(whole).toMatchObject({
      object: 'response',
      status: 'completed',
      output: [
        { type: 'reasoning', summary: [{ text: 'Hm.' }], encrypted_content: 'seal' },
        { type: 'reasoning', summary: [], encrypted_content: 'redacted_thinking:dark' },
        { type: 'message', content: [{ type: 'output_text', text: 'Yes', annotations: [] }] },
        { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
      ],
      usage: { total_tokens: 7, input_tokens_details: { cached_tokens: 0 } },
    });
    const input = whole['output'] as JsonObject[];
    const { messages } = openaiResponses.readRequest({ model: 'g', input });
    expect(messages).toMatchObject([
      {
        role: 'assistant',
        parts: [
          { kind: 'reasoning', text: 'Hm.', signature: 'seal' },
          { kind: 'reasoning', text: '', redacted: 'dark' },
          { kind: 'text', text: 'Yes' },
          { kind: 'tool-call', id: 'c' },
        ],
      },
    ]);
  });

  test('the last message of a stream is the whole reply, and all are numbered', () => {
    const frames = runStep(openaiResponses.streamWriter({ includeUsage: true }), events);
    const messages = frames.map(({ data }) => JSON.parse(data) as JsonObject);
    expect(messages.map((message) => message['sequence_number'])).toEqual([...messages.keys()]);
    expect(frames.map(({ event }) => event)).toEqual(messages.map(({ type }) => type));
    expect(messages.at(-1)).toEqual({
      type: 'response.completed',
      sequence_number: messages.length - 1,
      response: whole,
    });
    const read = runStep(openaiResponses.streamReader(), frames);
    const { finishes: _, ...said } = gather(events);
    expect(gather(read)).toMatchObject({
      ...said,
      blocks: said.blocks.map(({ choice, content }) => ({ choice, content })),
      usage: said.usage,
    });
  });

  test('an answer that was cut says so', () => {
    const cut = (reason: 'length' | 'content-filter') =>
      openaiResponses.writeReply(
        events.with(events.length - 1, { type: 'finish', reason, raw: '' }),
      );
    expect(cut('length')).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
    });
    expect(cut('content-filter')).toMatchObject({
      incomplete_details: { reason: 'content_filter' },
    });
    const text: ChatEvent[] = [
      { type: 'start', id: 'r', model: 'm', created: 1 },
      ...[0, 1].flatMap((index): ChatEvent[] => [
        { type: 'block-start', index, block: { kind: 'text' } },
        { type: 'block-delta', index, delta: 'Once' },
        { type: 'block-end', index },
      ]),
      { type: 'finish', reason: 'length', raw: '' },
    ];
    const whole = openaiResponses.writeReply(text);
    expect(whole['output']).toMatchObject([{ status: 'completed' }, { status: 'incomplete' }]);
    const streamed = runStep(openaiResponses.streamWriter({ includeUsage: true }), text);
    expect(JSON.parse(streamed.at(-1)!.data)).toMatchObject({ response: whole });
  });
});

test('a response that has failed is an error, and so is one that is not an answer', () => {
  const failed = {
    id: 'r',
    status: 'failed',
    output: [],
    error: { code: 'server_error', message: 'Broken.' },
  };
  expect(openaiResponses.readReply(failed).at(-1)).toMatchObject({
    type: 'error',
    error: { message: 'Broken.', code: 'server_error', status: 500 },
  });
  const event = { type: 'response.failed', response: failed };
  const read = runStep(openaiResponses.streamReader(), [{ data: JSON.stringify(event) }]);
  expect(read).toMatchObject([{ type: 'error', error: { status: 500 } }]);
});

test('servers that send a thing whole, or nothing before the end, are understood', () => {
  const item = { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' };
  const response = { id: 'r', model: 'm', status: 'completed', output: [item] };
  const done = { type: 'response.completed', response };
  const itemDone = { type: 'response.output_item.done', output_index: 0, item };
  const texts = [[done], [itemDone, done]].map((all) =>
    runStep(
      openaiResponses.streamReader(),
      all.map((each) => ({ data: JSON.stringify(each) })),
    ),
  );
  for (const events of texts)
    expect(gather(events)).toMatchObject({
      blocks: [{ kind: 'tool-call', id: 'c', content: '{}' }],
      finishes: [{ reason: 'tool-calls' }],
    });
});
