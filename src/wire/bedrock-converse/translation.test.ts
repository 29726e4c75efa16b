import { describe, expect, test } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import { bedrockConverse } from '#wire/bedrock-converse/index.ts';
import type { ChatMessage, ChatRequest, Part } from '#wire/chat-request.ts';
import { collect } from '#wire/collect.ts';
import { runStep } from '#wire/test-kit.ts';

const CLAUDE = 'us.anthropic.claude-3-7-sonnet-20250219-v1:0';

const user = (...parts: Part[]): ChatMessage => ({ role: 'user', parts });
const text = (said: string): Part => ({ kind: 'text', text: said });

/** What a request of another dialect becomes. */
const written = (more: Partial<ChatRequest>, model = CLAUDE) =>
  bedrockConverse.writeRequest(
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
  test('systems are gathered, and turns of one side become one', () => {
    const { body } = written({
      messages: [
        { role: 'system', parts: [{ kind: 'text', text: 'A', cache: {} }] },
        user(text('1')),
        user(text('2')),
        { role: 'system', parts: [text('B')] },
        { role: 'assistant', parts: [text('3')] },
      ],
    });
    expect(body).toEqual({
      system: [{ text: 'A' }, { cachePoint: { type: 'default' } }, { text: 'B' }],
      messages: [
        { role: 'user', content: [{ text: '1' }, { text: '2' }] },
        { role: 'assistant', content: [{ text: '3' }] },
      ],
    });
  });

  test('an empty text beside something else is left out', () => {
    const call = { kind: 'tool-call', id: 'c', name: 'f', input: '' } as const;
    expect(messagesOf([user(text('a')), { role: 'assistant', parts: [text(''), call] }])).toEqual([
      { role: 'user', content: [{ text: 'a' }] },
      { role: 'assistant', content: [{ toolUse: { toolUseId: 'c', name: 'f', input: {} } }] },
    ]);
  });

  test('ids that the vendor refuses are changed alike in a call and in its result', () => {
    const id = `call:${'x'.repeat(90)}`;
    const call = { kind: 'tool-call', id, name: 'f', input: '{"a":1}' } as const;
    const result = { kind: 'tool-result', id, content: [text('no')], isError: true } as const;
    const toolUseId = `call_${'x'.repeat(59)}`;
    expect(messagesOf([{ role: 'assistant', parts: [call] }, user(result)])).toEqual([
      { role: 'assistant', content: [{ toolUse: { toolUseId, name: 'f', input: { a: 1 } } }] },
      {
        role: 'user',
        content: [{ toolResult: { toolUseId, content: [{ text: 'no' }], status: 'error' } }],
      },
    ]);
  });

  test('thoughts go back with their seal, and not without', () => {
    const sealed = { kind: 'reasoning', text: 'a', signature: 's' } as const;
    const foreign = { kind: 'reasoning', text: 'd', signature: 'gAAAAABoIPOD' } as const;
    const parts = [sealed, { kind: 'reasoning', text: 'b' } as const, foreign, text('c')];
    expect(messagesOf([{ role: 'assistant', parts }])).toEqual([
      {
        role: 'assistant',
        content: [
          { reasoningContent: { reasoningText: { text: 'a', signature: 's' } } },
          { text: 'c' },
        ],
      },
    ]);
  });

  test('an image is called what its bytes are', () => {
    const data = '/9j/4AAQSkZJRg==';
    const image = {
      kind: 'image',
      source: { kind: 'data', mediaType: 'image/png', data },
    } as const;
    expect(messagesOf([user(image)])).toEqual([
      { role: 'user', content: [{ image: { format: 'jpeg', source: { bytes: data } } }] },
    ]);
  });

  test('documents have names that the vendor takes, each once', () => {
    const source = { kind: 'data', mediaType: 'application/pdf', data: 'JVBERi0=' } as const;
    const content = [
      { kind: 'document', source, name: '報告_2026.pdf' } as const,
      { kind: 'document', source, name: '報告_2026.pdf' } as const,
      { kind: 'document', source } as const,
    ];
    const names = (messagesOf([user(...content)]) as [{ content: [{ document: JsonObject }] }])[0];
    expect(names.content.map(({ document }) => document['name'])).toEqual([
      '報告-2026',
      '報告-2026 2',
      'document',
    ]);
  });

  test.each<[string, Part, RegExp]>([
    ['by URL', { kind: 'image', source: { kind: 'url', url: 'https://x.test/a.png' } }, /data URL/],
    ['by id', { kind: 'document', source: { kind: 'file', id: 'file-1' } }, /as bytes/],
    [
      'of a type without a word',
      { kind: 'image', source: { kind: 'data', mediaType: 'image/tiff', data: 'SUkq' } },
      /image\/png.*found image\/tiff/,
    ],
  ])('what the vendor cannot take is named: %s', (_, part, said) => {
    expect(() => messagesOf([user({ ...part, at: 'input.2.content.1' })])).toThrowError(
      expect.objectContaining({
        code: 'invalid_request',
        param: 'input.2.content.1',
        message: expect.stringMatching(said) as string,
      }),
    );
  });

  test('a place in the vendor’s store passes', () => {
    const source = { kind: 'url', url: 's3://bucket/cat.JPG' } as const;
    expect(messagesOf([user({ kind: 'image', source })])).toEqual([
      {
        role: 'user',
        content: [{ image: { format: 'jpeg', source: { s3Location: { uri: source.url } } } }],
      },
    ]);
  });
});

describe('tools', () => {
  const tools = [{ name: 'f', description: 'F.', schema: { type: 'object' } }];
  const spec = {
    toolSpec: { name: 'f', description: 'F.', inputSchema: { json: { type: 'object' } } },
  };
  const history: ChatMessage[] = [
    { role: 'assistant', parts: [{ kind: 'tool-call', id: 'c', name: 'g', input: '{}' }] },
    user({ kind: 'tool-result', id: 'c', content: [text('1')] }),
  ];

  test.each<[ChatRequest['toolChoice'], unknown]>([
    [undefined, undefined],
    [{ kind: 'auto' }, { auto: {} }],
    [{ kind: 'required' }, { any: {} }],
    [{ kind: 'tool', name: 'f' }, { tool: { name: 'f' } }],
  ])('choice %j', (toolChoice, expected) => {
    const { body, left } = written({ tools, ...(toolChoice && { toolChoice }) });
    expect(body['toolConfig']).toEqual({
      tools: [spec],
      ...(expected !== undefined && { toolChoice: expected }),
    });
    expect(left).toEqual([]);
  });

  test('none is no tools at all, as long as the conversation has no calls', () => {
    const toolChoice = { kind: 'none' } as const;
    expect(written({ tools, toolChoice })).toMatchObject({ left: [] });
    expect(written({ tools, toolChoice }).body).not.toHaveProperty('toolConfig');
    const wish = { tools, toolChoice, messages: history };
    const toolConfig = { tools: [spec] };
    expect(written(wish, 'amazon.nova-pro-v1:0')).toMatchObject({
      body: { toolConfig },
      left: ['toolChoice'],
    });
    const { body, left } = written(wish);
    expect(body['toolConfig']).toEqual(toolConfig);
    expect(body['additionalModelRequestFields']).toEqual({ tool_choice: { type: 'none' } });
    expect(left).toEqual([]);
  });

  test.each<[ChatRequest['toolChoice'], object]>([
    [undefined, { type: 'auto' }],
    [{ kind: 'required' }, { type: 'any' }],
    [
      { kind: 'tool', name: 'f' },
      { type: 'tool', name: 'f' },
    ],
  ])('one at a time, in Claude’s own words: %j', (toolChoice, said) => {
    const wish = { tools, parallelTools: false, ...(toolChoice && { toolChoice }) };
    expect(written(wish)).toEqual({
      body: {
        messages: [{ role: 'user', content: [{ text: 'Hi' }] }],
        toolConfig: { tools: [spec] },
        additionalModelRequestFields: {
          tool_choice: { ...said, disable_parallel_tool_use: true },
        },
      },
      left: [],
    });
    expect(written(wish, 'amazon.nova-pro-v1:0').left).toEqual(['parallelTools']);
  });

  test('tools that were called are declared, as the vendor wants it', () => {
    const { body } = written({ messages: history });
    expect(body['toolConfig']).toMatchObject({ tools: [{ toolSpec: { name: 'g' } }] });
  });

  test('one that another vendor runs is left out and told', () => {
    const search = { dialect: 'openai-responses', value: { type: 'web_search' } };
    expect(written({ tools: [search, ...tools] })).toMatchObject({
      body: { toolConfig: { tools: [spec] } },
      left: ['tools'],
    });
  });
});

describe('an answer in a format', () => {
  const format = { kind: 'schema', schema: { type: 'object', properties: {} } } as const;
  const call = (name: string, input: JsonObject): JsonObject => ({
    toolUse: { toolUseId: 'c', name, input },
  });
  const reply = (...content: JsonObject[]): JsonObject => ({
    output: { message: { role: 'assistant', content } },
    stopReason: 'tool_use',
  });

  test('is a tool that must be called', () => {
    const { body, emulates } = written({ format });
    expect(emulates).toBe('format');
    expect(body['toolConfig']).toMatchObject({
      tools: [{ toolSpec: { name: 'json_output', inputSchema: { json: format.schema } } }],
      toolChoice: { tool: { name: 'json_output' } },
    });
  });

  test('stands beside other tools, of which one must be called', () => {
    const { body } = written({ format, tools: [{ name: 'f' }] });
    expect(body['toolConfig']).toMatchObject({
      tools: [{ toolSpec: { name: 'f' } }, { toolSpec: { name: 'json_output' } }],
      toolChoice: { any: {} },
    });
  });

  test.each([
    [
      'the call alone is the text',
      [{ text: 'Here:' }, call('json_output', { a: 1 })],
      '{"a":1}',
      'stop',
    ],
    ['no call, and the text is what it is', [{ text: 'No.' }], 'No.', 'tool-calls'],
  ])('%s', (_, content, said, reason) => {
    const body = reply(...content);
    const whole = collect(bedrockConverse.readReply(body, { emulates: 'format' }));
    expect(whole).toMatchObject({ text: said, toolCalls: [], finish: { reason } });
    const writer = bedrockConverse.streamWriter({ includeUsage: true });
    const frames = bedrockConverse.readReply(body).flatMap((event) => writer.push(event));
    const events = runStep(bedrockConverse.streamReader({ emulates: 'format' }), frames);
    expect(collect(events)).toEqual(whole);
  });

  test('another call stays a call', () => {
    const body = reply(call('f', {}));
    expect(collect(bedrockConverse.readReply(body, { emulates: 'format' }))).toMatchObject({
      toolCalls: [{ name: 'f' }],
      finish: { reason: 'tool-calls' },
    });
  });
});

describe('what differs from model to model', () => {
  const fieldsOf = (more: Partial<ChatRequest>, model: string): unknown =>
    written(more, model).body['additionalModelRequestFields'];

  test.each<[string, Partial<ChatRequest>, unknown]>([
    [
      CLAUDE,
      { reasoning: { effort: 'high' } },
      { thinking: { type: 'enabled', budget_tokens: 4096 } },
    ],
    [
      CLAUDE,
      { reasoning: { budgetTokens: 9000 }, maxOutputTokens: 5000 },
      { thinking: { type: 'enabled', budget_tokens: 4999 } },
    ],
    [CLAUDE, { reasoning: { effort: 'low' }, maxOutputTokens: 5 }, undefined],
    [CLAUDE, { reasoning: { effort: 'none' } }, undefined],
    [CLAUDE, { topK: 20 }, { top_k: 20 }],
    [
      'global.anthropic.claude-opus-4-6-v1',
      { reasoning: { effort: 'high' } },
      { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } },
    ],
    ['cohere.command-r-plus-v1:0', { topK: 20 }, { k: 20 }],
    [
      'amazon.nova-2-lite-v1:0',
      { reasoning: { effort: 'low' } },
      { reasoningConfig: { type: 'enabled', maxReasoningEffort: 'low' } },
    ],
    ['openai.gpt-oss-120b-1:0', { reasoning: { effort: 'high' } }, { reasoning_effort: 'high' }],
  ])('%s %j', (model, more, expected) => {
    expect(fieldsOf(more, model)).toEqual(expected);
  });

  test('a model that thinks keeps its own temperature, and says so', () => {
    const wish = { reasoning: { effort: 'low' }, temperature: 0.2, topP: 0.5, topK: 3 };
    expect(written(wish)).toMatchObject({ left: ['temperature', 'topP', 'topK'] });
    expect(written(wish).body).not.toHaveProperty('inferenceConfig');
  });

  test('one that must call a tool does not think, nor one whose calls had no thoughts', () => {
    const reasoning = { effort: 'low' };
    const tools = [{ name: 'f' }];
    const forced = written({ reasoning, tools, toolChoice: { kind: 'required' } });
    expect(forced.body).not.toHaveProperty('additionalModelRequestFields');
    expect(forced.body['toolConfig']).toMatchObject({ toolChoice: { any: {} } });
    const call = { kind: 'tool-call', id: 'c', name: 'f', input: '{}' } as const;
    const messages: ChatMessage[] = [
      { role: 'assistant', parts: [call] },
      user({ kind: 'tool-result', id: 'c', content: [text('1')] }),
    ];
    expect(written({ reasoning, tools, messages }).body).not.toHaveProperty(
      'additionalModelRequestFields',
    );
  });

  test('what a model has no word for is told', () => {
    const asked = { reasoning: { effort: 'high' }, topK: 5 };
    expect(written(asked, 'meta.llama3-3-70b-instruct-v1:0').left).toEqual(['reasoning', 'topK']);
  });
});

test('what the vendor has no word for is told, unless it changes nothing', () => {
  expect(
    written({
      seed: 1,
      presencePenalty: 1,
      frequencyPenalty: 1,
      choices: 2,
      logprobs: {},
    }).left,
  ).toEqual(['seed', 'presencePenalty', 'frequencyPenalty', 'choices', 'logprobs']);
  expect(written({ presencePenalty: 0, choices: 1, parallelTools: false }).left).toEqual([]);
  expect(written({ user: 'me', metadata: {}, serviceTier: 'none' }).left).toEqual([
    'user',
    'metadata',
    'serviceTier',
  ]);
});

test('the vendor’s own fields reach it from every dialect, others do not', () => {
  const guardrailConfig = { guardrailIdentifier: 'g', guardrailVersion: '1' };
  const { body } = written({
    extra: { guardrailConfig, additionalModelRequestFields: { top_k: 1 }, foo: 1 },
    topK: 9,
    serviceTier: 'flex',
  });
  expect(body).toEqual({
    guardrailConfig,
    additionalModelRequestFields: { top_k: 1 },
    messages: [{ role: 'user', content: [{ text: 'Hi' }] }],
    serviceTier: { type: 'flex' },
  });
});

describe('errors', () => {
  const read = (type: string | undefined, status: number, body = '{"message":"no"}') =>
    bedrockConverse.readError(status, type === undefined ? {} : { 'x-amzn-errortype': type }, body);

  test.each([
    ['ThrottlingException:http://internal.amazon.com/coral/com.amazon.bedrock/', 429, 'rate-limit'],
    ['ModelNotReadyException', 429, 'overloaded'],
    ['com.amazon.bedrock#ModelTimeoutException', 408, 'timeout'],
    ['ExpiredTokenException', 403, 'auth'],
    ['ServiceUnavailableException', 503, 'overloaded'],
    ['ModelErrorException', 424, 'broken'],
    ['ValidationException', 400, 'invalid'],
    ['InternalServerException', 500, 'broken'],
    [undefined, 429, 'rate-limit'],
    [undefined, 400, 'invalid'],
  ])('%s with %i', (type, status, kind) => {
    expect(read(type, status)).toMatchObject({ kind, status, message: 'no' });
  });

  test('a prompt that is too long is told from other faults', () => {
    const body = '{"message":"Input is too long for requested model."}';
    expect(read('ValidationException', 400, body).kind).toBe('context-length');
  });

  test('a page is no judgement', () => {
    expect(read(undefined, 400, '<html>').kind).toBe('broken');
  });
});
