import { describe, expect, test } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import type { ChatEvent } from '#wire/chat-event.ts';
import { openaiChat } from '#wire/openai-chat/index.ts';
import { runStep } from '#wire/test-kit.ts';

const FUNCTIONS = [{ name: 'look', parameters: { type: 'object' } }, { name: 'find' }];
const ASKED = { model: 'm', functions: FUNCTIONS, messages: [{ role: 'user', content: 'Where?' }] };

describe('a request that names functions', () => {
  test.each<[JsonObject, JsonObject]>([
    [{}, {}],
    [{ function_call: 'auto' }, { toolChoice: { kind: 'auto' } }],
    [{ function_call: { name: 'look' } }, { toolChoice: { kind: 'tool', name: 'look' } }],
  ])('asks for tools: %j', (fields, choice) => {
    const { tools, toolChoice, extra } = openaiChat.readRequest({ ...ASKED, ...fields });
    expect({ tools, ...(toolChoice && { toolChoice }), extra }).toEqual({
      tools: [{ name: 'look', schema: { type: 'object' } }, { name: 'find' }],
      ...choice,
      extra: {},
    });
  });

  test('its results belong to the calls before them', () => {
    const call = (name: string) => ({
      role: 'assistant',
      content: null,
      function_call: { name, arguments: '{}' },
    });
    const result = (name: string) => ({ role: 'function', name, content: 'Here.' });
    const messages = ['look', 'find'].flatMap((name) => [call(name), result(name)]);
    const read = openaiChat.readRequest({ ...ASKED, messages }).messages;
    const content = [{ kind: 'text', text: 'Here.' }];
    expect(read.flatMap(({ parts }) => parts)).toEqual([
      { kind: 'tool-call', id: 'call_0', name: 'look', input: '{}' },
      { kind: 'tool-result', id: 'call_0', name: 'look', content },
      { kind: 'tool-call', id: 'call_2', name: 'find', input: '{}' },
      { kind: 'tool-result', id: 'call_2', name: 'find', content },
    ]);
  });

  test('what is no function is named in its own words', () => {
    expect(() => openaiChat.readRequest({ ...ASKED, functions: ['look'] })).toThrowError(
      expect.objectContaining({ code: 'invalid_request', param: 'functions.0' }),
    );
  });

  test('beside tools they stay what they are', () => {
    expect(openaiChat.readRequest({ ...ASKED, tools: [] }).extra).toEqual({ functions: FUNCTIONS });
  });
});

/** An answer with two calls: the old words have a place for one. */
const EVENTS: readonly ChatEvent[] = [
  { type: 'start', id: 'r', model: 'm', created: 1 },
  { type: 'block-start', index: 0, block: { kind: 'tool-call', id: 'a', name: 'look' } },
  { type: 'block-delta', index: 0, delta: '{"at":' },
  { type: 'block-delta', index: 0, delta: '1}' },
  { type: 'block-end', index: 0, signature: 'seal' },
  { type: 'block-start', index: 1, block: { kind: 'tool-call', id: 'b', name: 'find' } },
  { type: 'block-delta', index: 1, delta: '{}' },
  { type: 'block-end', index: 1 },
  { type: 'finish', reason: 'tool-calls', raw: 'tool_use' },
];

describe('its answer', () => {
  test('is one function call', () => {
    const { choices } = openaiChat.writeReply(EVENTS, { request: ASKED });
    const function_call = { name: 'look', arguments: '{"at":1}' };
    expect(choices).toEqual([
      {
        index: 0,
        message: { role: 'assistant', content: null, refusal: null, function_call },
        logprobs: null,
        finish_reason: 'function_call',
      },
    ]);
  });

  test('comes in pieces of it', () => {
    const writer = openaiChat.streamWriter({ includeUsage: false, request: ASKED });
    const chunks = runStep(writer, EVENTS).slice(0, -1);
    const choices = chunks.map(({ data }) => (JSON.parse(data) as { choices: unknown[] }).choices);
    const delta = (function_call: JsonObject) => [
      expect.objectContaining({ delta: { function_call } }),
    ];
    expect(choices).toEqual([
      [expect.objectContaining({ delta: { role: 'assistant', content: '', refusal: null } })],
      delta({ name: 'look', arguments: '' }),
      delta({ arguments: '{"at":' }),
      delta({ arguments: '1}' }),
      delta({ arguments: '' }),
      [expect.objectContaining({ delta: {}, finish_reason: 'function_call' })],
    ]);
  });

  test('of one that names tools is told in tools', () => {
    const request = { ...ASKED, tools: [] };
    expect(openaiChat.writeReply(EVENTS, { request })['choices']).toMatchObject([
      { message: { tool_calls: [{ id: 'a' }, { id: 'b' }] }, finish_reason: 'tool_calls' },
    ]);
  });
});
