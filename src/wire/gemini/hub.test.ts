import { describe, expect, test } from 'vitest';
import { type Json, type JsonObject, valueAt } from '#core/json.ts';
import type { ChatMessage, ChatRequest, Part } from '#wire/chat-request.ts';
import { gemini } from '#wire/gemini/index.ts';

const text = (said: string): Part => ({ kind: 'text', text: said });
const user = (...parts: Part[]): ChatMessage => ({ role: 'user', parts });
const assistant = (...parts: Part[]): ChatMessage => ({ role: 'assistant', parts });

/** What a request of another dialect becomes. */
const written = (more: Partial<ChatRequest>, model = 'gemini-2.5-flash') =>
  gemini.writeRequest(
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

const bodyOf = (more: Partial<ChatRequest>, model?: string): JsonObject =>
  written(more, model).body;

describe('a conversation of another dialect', () => {
  test('has the words of the system apart, and turns of one speaker together', () => {
    const messages: ChatMessage[] = [
      { role: 'system', parts: [text('Be brief.')] },
      user(text('Hi')),
      user(text(''), text('there')),
      assistant(text('Hello.'), { kind: 'reasoning', text: 'Hm.', signature: 'of another' }),
      { role: 'system', parts: [text('Be kind.')] },
      user(text('Bye')),
    ];
    expect(bodyOf({ messages })).toEqual({
      systemInstruction: { parts: [{ text: 'Be brief.' }, { text: 'Be kind.' }] },
      contents: [
        { role: 'user', parts: [{ text: 'Hi' }, { text: 'there' }] },
        { role: 'model', parts: [{ text: 'Hello.' }] },
        { role: 'user', parts: [{ text: 'Bye' }] },
      ],
    });
  });

  test('that only the system has begun is said by the user', () => {
    const messages: ChatMessage[] = [{ role: 'system', parts: [text('Say hello.')] }];
    expect(bodyOf({ messages })).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'Say hello.' }] }],
    });
  });

  const call = (id: string, name: string, input: string, signature?: string): Part => ({
    kind: 'tool-call',
    id,
    name,
    input,
    ...(signature !== undefined && { signature }),
  });
  const result = (id: string, content: Part[], isError = false): Part => ({
    kind: 'tool-result',
    id,
    content,
    ...(isError && { isError }),
  });

  test('answers its calls in their order, under their names, without ids', () => {
    const messages = [
      user(text('Hi')),
      assistant(call('c1', 'add', '{"a":1}'), call('c2', 'add', 'broken {'), call('c3', 'now', '')),
      user(result('c3', [text('{"hour":4}')])),
      user(result('c2', [text('No.')], true)),
      user(result('c1', [text('1')]), text('Go on.')),
    ];
    expect(bodyOf({ messages })['contents']).toEqual([
      { role: 'user', parts: [{ text: 'Hi' }] },
      {
        role: 'model',
        parts: [
          { functionCall: { name: 'add', args: { a: 1 } } },
          { functionCall: { name: 'add', args: {} } },
          { functionCall: { name: 'now', args: {} } },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { name: 'add', response: { output: '1' } } },
          { functionResponse: { name: 'add', response: { error: 'No.' } } },
          { functionResponse: { name: 'now', response: { hour: 4 } } },
          { text: 'Go on.' },
        ],
      },
    ]);
  });

  test('has seals on its calls, or what stands for one where a model wants it', () => {
    const partsFor = (model: string, ...calls: Part[]): Json => {
      const { contents } = bodyOf({ messages: [user(text('Hi')), assistant(...calls)] }, model);
      const parts = valueAt(contents, [1, 'parts']) as JsonObject[];
      return parts.map((part) => part['thoughtSignature'] ?? null);
    };
    const bare = [call('c1', 'a', '{}'), call('c2', 'b', '{}')];
    expect(partsFor('gemini-2.5-pro', ...bare)).toEqual([null, null]);
    const stand = 'skip_thought_signature_validator';
    expect(partsFor('gemini-3-pro-preview', ...bare)).toEqual([stand, null]);
    const sealed = [call('c1', 'a', '{}', 'S'), call('c2', 'b', '{}')];
    expect(partsFor('gemini-3-pro-preview', ...sealed)).toEqual(['S', null]);
    expect(partsFor('gemini-2.5-pro', ...sealed)).toEqual(['S', null]);
  });

  test('gives pictures of a tool beside its answer, or within it to newer models', () => {
    const image: Part = {
      kind: 'image',
      source: { kind: 'data', mediaType: 'image/png', data: 'iVBORw0KGgo=' },
    };
    const messages = [
      user(text('Hi')),
      assistant(call('c1', 'draw', '{}')),
      user(result('c1', [text('Drawn.'), image])),
    ];
    const said = (model: string): Json | undefined =>
      (bodyOf({ messages }, model)['contents'] as JsonObject[])[2]?.['parts'];
    const inlineData = { mimeType: 'image/png', data: 'iVBORw0KGgo=' };
    const answer = { name: 'draw', response: { output: 'Drawn.' } };
    expect(said('gemini-2.5-pro')).toEqual([{ functionResponse: answer }, { inlineData }]);
    expect(said('gemini-3.1-pro')).toEqual([
      { functionResponse: { ...answer, parts: [{ inlineData }] } },
    ]);
  });

  test('passes files as bytes and as URLs, and names one that nobody else knows', () => {
    const url = 'https://example.com/a.PNG?x=1';
    const messages = [
      user(
        { kind: 'image', source: { kind: 'url', url } },
        { kind: 'document', source: { kind: 'url', url: 'https://example.com/a' } },
        { kind: 'document', source: { kind: 'file', id: 'gs://bucket/a.pdf' } },
        { kind: 'audio', source: { kind: 'data', mediaType: 'audio/wav', data: 'UklGRg==' } },
      ),
    ];
    expect(bodyOf({ messages })['contents']).toEqual([
      {
        role: 'user',
        parts: [
          { fileData: { mimeType: 'image/png', fileUri: url } },
          { fileData: { fileUri: 'https://example.com/a' } },
          { fileData: { mimeType: 'application/pdf', fileUri: 'gs://bucket/a.pdf' } },
          { inlineData: { mimeType: 'audio/wav', data: 'UklGRg==' } },
        ],
      },
    ]);
    const foreign = [user({ kind: 'document', source: { kind: 'file', id: 'file-123' } })];
    expect(() => bodyOf({ messages: foreign })).toThrowError(
      expect.objectContaining({ code: 'invalid_request', param: 'messages.0.content.0' }),
    );
  });
});

describe('wishes', () => {
  test('for tools have cleaned schemas, and none where there is nothing to say', () => {
    const schema: JsonObject = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      properties: {
        a: { type: 'string', format: 'email', minLength: 3, description: 'Address' },
        b: { allOf: [{ $ref: '#/definitions/B' }], description: 'B' },
        c: { const: 'x' },
        d: { type: ['integer', 'null'], exclusiveMinimum: 0, format: 'int32' },
      },
      required: ['a'],
      additionalProperties: false,
      definitions: { B: { type: 'object', properties: {}, examples: [1] } },
    };
    const tools = [
      { name: 'f', description: 'F', schema, strict: true },
      { name: 'g', schema: { type: 'object', properties: {} } },
      { dialect: 'openai-chat', value: { type: 'web_search' } },
    ];
    const { body, left } = written({ tools, toolChoice: { kind: 'required' } });
    expect(left).toEqual(['tools']);
    expect(body['toolConfig']).toEqual({ functionCallingConfig: { mode: 'ANY' } });
    expect(body['tools']).toEqual([
      {
        functionDeclarations: [
          {
            name: 'f',
            description: 'F',
            parametersJsonSchema: {
              type: 'object',
              properties: {
                a: { type: 'string', description: 'Address' },
                b: { $ref: '#/$defs/B' },
                c: { enum: ['x'] },
                d: { type: ['integer', 'null'], format: 'int32' },
              },
              required: ['a'],
              additionalProperties: false,
              $defs: { B: { type: 'object', properties: {} } },
            },
          },
          { name: 'g' },
        ],
      },
    ]);
  });

  test('for a format, sampling and a tier have their own names', () => {
    const { body, left } = written({
      temperature: 0.5,
      topP: 0.9,
      topK: 4,
      maxOutputTokens: 100,
      stop: ['END'],
      seed: 7,
      presencePenalty: 1,
      frequencyPenalty: -1,
      choices: 2,
      logprobs: { top: 3 },
      format: { kind: 'schema', name: 'answer', schema: { type: 'object' }, strict: true },
      serviceTier: 'default',
      toolChoice: { kind: 'auto' },
    });
    expect(left).toEqual([]);
    expect(body).toMatchObject({
      serviceTier: 'standard',
      generationConfig: {
        temperature: 0.5,
        topP: 0.9,
        topK: 4,
        maxOutputTokens: 100,
        stopSequences: ['END'],
        seed: 7,
        presencePenalty: 1,
        frequencyPenalty: -1,
        candidateCount: 2,
        responseLogprobs: true,
        logprobs: 3,
        responseMimeType: 'application/json',
        responseJsonSchema: { type: 'object' },
      },
    });
    expect(body).not.toHaveProperty('toolConfig');
    expect(body).not.toHaveProperty('model');
  });

  test('that have no place are told', () => {
    const tools = [{ name: 'f' }];
    const wishes = { user: 'u', metadata: { a: 1 }, serviceTier: 'scale', parallelTools: false };
    expect(written({ ...wishes, tools }).left.toSorted()).toEqual([
      'metadata',
      'parallelTools',
      'serviceTier',
      'user',
    ]);
    expect(written({ parallelTools: true, tools }).left).toEqual([]);
    expect(written({ parallelTools: false }).left).toEqual([]);
  });

  test.each<[string, ChatRequest['reasoning'], JsonObject]>([
    ['gemini-2.5-flash', { effort: 'low' }, { thinkingBudget: 1024, includeThoughts: true }],
    ['gemini-2.5-flash', { effort: 'none' }, { thinkingBudget: 0, includeThoughts: false }],
    [
      'gemini-2.5-pro',
      { effort: 'high', summary: 'none' },
      { thinkingBudget: 24_576, includeThoughts: false },
    ],
    ['gemini-2.5-pro', { budgetTokens: -1 }, { thinkingBudget: -1, includeThoughts: true }],
    [
      'gemini-3-pro-preview',
      { effort: 'minimal' },
      { thinkingLevel: 'LOW', includeThoughts: true },
    ],
    [
      'gemini-3-pro-preview',
      { effort: 'medium' },
      { thinkingLevel: 'HIGH', includeThoughts: true },
    ],
    [
      'gemini-3.5-flash',
      { effort: 'low', budgetTokens: -1 },
      { thinkingLevel: 'LOW', includeThoughts: true },
    ],
    ['gemini-3.5-flash', { effort: 'medium' }, { thinkingLevel: 'MEDIUM', includeThoughts: true }],
    ['gemini-3.5-flash', { effort: 'none' }, { thinkingLevel: 'MINIMAL', includeThoughts: false }],
    [
      'gemini-3.5-flash',
      { effort: 'low', budgetTokens: 500 },
      { thinkingBudget: 500, includeThoughts: true },
    ],
  ])('for thoughts, to %s: %j', (model, reasoning, thinkingConfig) => {
    expect(bodyOf({ ...(reasoning && { reasoning }) }, model)['generationConfig']).toEqual({
      thinkingConfig,
    });
  });
});

test('ids of calls are left out where a vendor refuses them', () => {
  const contents = [
    { role: 'user', parts: [{ text: 'Hi' }] },
    { role: 'model', parts: [{ functionCall: { id: 'a', name: 'f', args: { id: 1 } } }] },
    { role: 'user', parts: [{ function_response: { id: 'a', name: 'f', response: {} } }] },
  ];
  const body: JsonObject = { model: 'm', stream: true, contents, labels: { id: 'kept' } };
  const to = { model: 'm', asksUsage: true };
  expect(gemini.redirectRequest(body, to)).toEqual({ contents, labels: { id: 'kept' } });
  const quirks = { noCallIds: true };
  expect(gemini.redirectRequest(body, { ...to, quirks })).toEqual({
    contents: [
      contents[0],
      { role: 'model', parts: [{ functionCall: { name: 'f', args: { id: 1 } } }] },
      { role: 'user', parts: [{ function_response: { name: 'f', response: {} } }] },
    ],
    labels: { id: 'kept' },
  });
  const request = gemini.readRequest(body);
  const said = gemini.writeRequest(request, { ...to, quirks }).body;
  expect(JSON.stringify(said['contents'])).not.toContain('"id":"a"');
});
