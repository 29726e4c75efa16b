import { describe, expect, test } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import { anthropicMessages } from '#wire/anthropic-messages/index.ts';
import type { Written } from '#wire/dialect.ts';
import { openaiChat } from '#wire/openai-chat/index.ts';

const SONNET = 'claude-sonnet-4-5';
const say = (content: unknown) => ({ role: 'user', content });

/** What a client of the common dialect says, written for a model of this one. */
const translate = (body: unknown, model = SONNET): Written => {
  const request = openaiChat.readRequest({
    model: 'any',
    messages: [say('Hi')],
    ...(body as JsonObject),
  } as JsonObject);
  return anthropicMessages.writeRequest(request, { model, asksUsage: true });
};

describe('messages', () => {
  test('what the system says is gathered, turns of one side are joined, results come first', () => {
    const call = (id: string, args: string) => ({
      id,
      type: 'function',
      function: { name: 'f', arguments: args },
    });
    const { body } = translate({
      messages: [
        { role: 'system', content: 'Be brief.' },
        say('Look.'),
        { role: 'assistant', content: null, tool_calls: [call('a.1', '{"x":1}'), call('b', '{')] },
        { role: 'tool', tool_call_id: 'a.1', content: 'one' },
        { role: 'tool', tool_call_id: 'b', content: '' },
        say('And?'),
        { role: 'developer', content: 'Be kind.' },
        { role: 'assistant', content: 'It is  ' },
      ],
    });
    expect(body).toMatchObject({
      system: [
        { type: 'text', text: 'Be brief.' },
        { type: 'text', text: 'Be kind.' },
      ],
      messages: [
        { role: 'user', content: 'Look.' },
        {
          role: 'assistant',
          content: [
            { type: 'tool_use', id: 'a_1', name: 'f', input: { x: 1 } },
            { type: 'tool_use', id: 'b', name: 'f', input: {} },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'a_1', content: 'one' },
            { type: 'tool_result', tool_use_id: 'b' },
            { type: 'text', text: 'And?' },
          ],
        },
        { role: 'assistant', content: 'It is' },
      ],
    });
  });

  test('pictures and files go as they are, with the marks of what to keep', () => {
    const png = 'iVBORw0KGgoAAAA';
    const { body } = translate({
      messages: [
        say([
          { type: 'text', text: 'Look.', cache_control: { type: 'ephemeral', ttl: '1h' } },
          { type: 'image_url', image_url: { url: `data:image/jpeg;base64,${png}` } },
          { type: 'image_url', image_url: { url: 'https://x.test/a.webp' } },
          {
            type: 'file',
            file: { filename: 'a.csv', file_data: `data:text/csv;base64,${btoa('a,b')}` },
          },
        ]),
      ],
    });
    expect(body['messages']).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Look.', cache_control: { type: 'ephemeral', ttl: '1h' } },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } },
          { type: 'image', source: { type: 'url', url: 'https://x.test/a.webp' } },
          {
            type: 'document',
            title: 'a.csv',
            source: { type: 'text', media_type: 'text/plain', data: 'a,b' },
          },
        ],
      },
    ]);
  });

  test.each([
    [{ type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } }, 'hears nothing'],
    [{ type: 'image_url', image_url: { url: 'data:image/tiff;base64,SUkq' } }, 'image/tiff'],
    [{ type: 'file', file: { file_data: 'data:application/zip;base64,UEsD' } }, 'application/zip'],
  ])('what it cannot take is named: %j', (part, says) => {
    expect(() => translate({ messages: [say('Hi'), say([part])] })).toThrowError(
      expect.objectContaining({
        code: 'invalid_request',
        param: 'messages.1.content.0',
        message: expect.stringContaining(says) as string,
      }),
    );
  });

  test('sealed thoughts come back, those of others do not', () => {
    const { body } = translate({
      messages: [
        say('Hi'),
        {
          role: 'assistant',
          content: 'A',
          thinking_blocks: [
            { type: 'thinking', thinking: 'so', signature: 'S' },
            { type: 'redacted_thinking', data: 'R' },
          ],
        },
        say('B'),
        { role: 'assistant', content: 'C', reasoning_content: 'unsealed' },
        say('D'),
        {
          role: 'assistant',
          content: 'E',
          thinking_blocks: [{ type: 'thinking', thinking: 'so', signature: 'gAAAAABo' }],
        },
        say('F'),
      ],
    });
    expect(body['messages']).toMatchObject([
      {},
      {
        content: [
          { type: 'thinking', thinking: 'so', signature: 'S' },
          { type: 'redacted_thinking', data: 'R' },
          { type: 'text', text: 'A' },
        ],
      },
      {},
      { content: 'C' },
      {},
      { content: 'E' },
      {},
    ]);
  });

  test('the same in a conversation of its own clients that others have taken turns in', () => {
    const thought = (signature: string) => ({ type: 'thinking', thinking: 'so', signature });
    const text = { type: 'text', text: 'A' };
    const turn = (...content: JsonObject[]) => ({ role: 'assistant', content });
    const passed = (...messages: JsonObject[]) =>
      anthropicMessages.redirectRequest({ messages }, { model: 'm', asksUsage: true })['messages'];
    const sealed = turn(thought('Eq'), text);
    expect(passed(turn(thought(''), text), turn(thought('gAAAAABo'), text), sealed)).toEqual([
      turn(text),
      turn(text),
      sealed,
    ]);
    const alone = turn(thought(''));
    expect(passed(alone)).toEqual([alone]);
  });
});

describe('fields', () => {
  test.each([
    ['claude-3-5-sonnet-20241022', {}, 4096],
    ['claude-opus-4-20250514', {}, 4096],
    ['claude-sonnet-4@20250514', {}, 4096],
    ['anthropic.claude-sonnet-4-5-20250929-v1:0', {}, 4096],
    ['claude-opus-5', {}, 16_384],
    ['claude-fable-5-1', {}, 16_384],
    ['another-model', {}, 4096],
    ['claude-opus-4-6', { reasoning_effort: 'low' }, 16_384],
    ['claude-opus-4-6', { reasoning_effort: 'none' }, 4096],
  ])('%s may say so much where nobody says how much: %j', (model, asked, most) => {
    expect(translate(asked, model).body['max_tokens']).toBe(most);
    expect(translate({ ...asked, max_tokens: 7 }, model).body['max_tokens']).toBe(7);
  });

  test('a deployment may be bound to less', () => {
    const messages = [{ role: 'user', content: 'Hi' }];
    const request = openaiChat.readRequest({ model: 'any', messages });
    const options = { model: SONNET, asksUsage: true, mostOutputTokens: 1000 };
    expect(anthropicMessages.writeRequest(request, options).body['max_tokens']).toBe(1000);
  });

  test('tools, and the choice among them', () => {
    const parameters = { type: 'object', properties: {} };
    const f = { name: 'f', description: 'F.', parameters, strict: true };
    const tools = [
      { type: 'function', function: f },
      { type: 'function', function: { name: 'g' } },
    ];
    const choose = (choice: unknown, model = SONNET): JsonObject =>
      translate({ tools, tool_choice: choice, parallel_tool_calls: false }, model).body;
    expect(choose('auto')).toMatchObject({
      tools: [
        { name: 'f', description: 'F.', input_schema: parameters, strict: true },
        { name: 'g', input_schema: { type: 'object', properties: {} } },
      ],
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
    });
    expect(choose('required')['tool_choice']).toMatchObject({ type: 'any' });
    expect(choose('none')['tool_choice']).toEqual({ type: 'none' });
    const named = { type: 'function', function: { name: 'f' } };
    expect(choose(named)['tool_choice']).toMatchObject({ type: 'tool', name: 'f' });
    expect(choose('auto', 'claude-3-opus-20240229')['tools']).not.toMatchObject([{ strict: true }]);
    expect(translate({ tool_choice: 'auto' }).body).not.toHaveProperty('tool_choice');
  });

  test.each<[object, string, object, string[]]>([
    [
      { temperature: 0.2, top_p: 1, stop: 'x' },
      SONNET,
      { temperature: 0.2, stop_sequences: ['x'] },
      [],
    ],
    [{ temperature: 0.2, top_p: 0.5 }, SONNET, { temperature: 0.2 }, ['topP']],
    [
      { temperature: 0.2, top_p: 0.5 },
      'claude-3-opus-20240229',
      { temperature: 0.2, top_p: 0.5 },
      [],
    ],
    [{ temperature: 0.2, top_p: 0.5 }, 'claude-opus-5', {}, ['temperature', 'topP']],
    [{ temperature: 1 }, 'claude-opus-5', {}, []],
    [{ stop: ['\n', 'x'] }, SONNET, { stop_sequences: ['x'] }, ['stop']],
    [{ n: 1, presence_penalty: 0, frequency_penalty: 0 }, SONNET, {}, []],
    [
      { n: 2, seed: 1, presence_penalty: 1, logprobs: true },
      SONNET,
      {},
      ['seed', 'presencePenalty', 'choices', 'logprobs'],
    ],
    [{ user: 'u-1' }, SONNET, { metadata: { user_id: 'u-1' } }, []],
    [{ user: 'a@b.test' }, SONNET, {}, []],
    [{ service_tier: 'default' }, SONNET, { service_tier: 'standard_only' }, []],
    [{ service_tier: 'flex' }, SONNET, {}, ['serviceTier']],
  ])('%j for %s', (asked, model, fields, left) => {
    const { body, left: told } = translate(asked, model);
    expect(told).toEqual(left);
    const { model: _, messages: __, max_tokens: ___, ...others } = body;
    expect(others).toEqual(fields);
  });
});

describe('thinking', () => {
  test.each<[object, string, object]>([
    [{ reasoning_effort: 'low' }, SONNET, { thinking: { type: 'enabled', budget_tokens: 1024 } }],
    [{ reasoning_effort: 'high', max_tokens: 3000 }, SONNET, { thinking: { budget_tokens: 2999 } }],
    [
      { reasoning_effort: 'minimal' },
      'claude-opus-4-6',
      { thinking: { type: 'adaptive' }, output_config: { effort: 'low' } },
    ],
    [
      { reasoning_effort: 'xhigh' },
      'claude-opus-5',
      { thinking: { type: 'adaptive' }, output_config: { effort: 'xhigh' } },
    ],
    [{ reasoning_effort: 'none' }, 'claude-opus-5', { thinking: { type: 'disabled' } }],
  ])('%j for %s', (asked, model, fields) => {
    const { body, left } = translate(asked, model);
    expect(body).toMatchObject(fields);
    expect(left).toEqual([]);
  });

  test.each<[object, string]>([
    [{ reasoning_effort: 'low', max_tokens: 5 }, 'no room'],
    [{ reasoning_effort: 'none' }, 'off'],
    [{ reasoning_effort: 'low', tool_choice: 'required' }, 'a tool must be called'],
    [
      {
        reasoning_effort: 'low',
        messages: [
          say('Hi'),
          {
            role: 'assistant',
            tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }],
          },
          { role: 'tool', tool_call_id: 'a', content: '1' },
        ],
      },
      'the thoughts before a call are missing',
    ],
  ])('%j: none, %s', (asked) => {
    const tools = [{ type: 'function', function: { name: 'f' } }];
    const { body, left } = translate({ tools, ...asked });
    expect(body).not.toHaveProperty('thinking');
    expect(left).toEqual([]);
  });

  test('a model that cannot think says so', () => {
    expect(translate({ reasoning_effort: 'low' }, 'claude-3-haiku-20240307').left).toEqual([
      'reasoning',
    ]);
  });
});

describe('formats', () => {
  const format = (schema: object) => ({
    response_format: { type: 'json_schema', json_schema: { name: 'a', schema } },
  });
  const closed = { type: 'object', properties: {}, additionalProperties: false };

  test('a schema that the model takes is native', () => {
    const { body, emulates } = translate(format(closed));
    expect(body['output_config']).toEqual({ format: { type: 'json_schema', schema: closed } });
    expect(emulates).toBeUndefined();
  });

  test.each<[object, string]>([
    [format({ type: 'object', properties: { a: { type: 'object' } } }), SONNET],
    [format(closed), 'claude-3-opus-20240229'],
    [{ response_format: { type: 'json_object' } }, SONNET],
  ])('any other is a tool that must be called: %j', (asked, model) => {
    const { body, emulates } = translate(asked, model);
    expect(emulates).toBe('format');
    expect(body).toMatchObject({
      tools: [{ name: 'json_output', input_schema: { type: 'object' } }],
      tool_choice: { type: 'tool', name: 'json_output' },
    });
    const reply = (name: string): JsonObject => ({
      id: 'a',
      model: 'm',
      content: [{ type: 'tool_use', id: 't', name, input: { a: 1 } }],
      stop_reason: 'tool_use',
    });
    const read = (name: string): unknown =>
      openaiChat.writeReply(anthropicMessages.readReply(reply(name), { emulates }));
    expect(read('json_output')).toMatchObject({
      choices: [{ message: { content: '{"a":1}' }, finish_reason: 'stop' }],
    });
    expect(read('other')).toMatchObject({
      choices: [{ message: { tool_calls: [{}] }, finish_reason: 'tool_calls' }],
    });
  });

  test('beside other tools, one of all must be called', () => {
    const tools = [{ type: 'function', function: { name: 'f' } }];
    const { body } = translate({ tools, response_format: { type: 'json_object' } });
    expect(body).toMatchObject({
      tools: [{ name: 'f' }, { name: 'json_output' }],
      tool_choice: { type: 'any' },
    });
  });
});
