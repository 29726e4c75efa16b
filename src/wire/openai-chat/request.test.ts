import { describe, expect, test } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import type { ChatRequest } from '#wire/chat-request.ts';
import { readRequest } from '#wire/openai-chat/read-request.ts';
import { redirectRequest, touchRequest } from '#wire/openai-chat/request.ts';
import { writeRequest } from '#wire/openai-chat/write-request.ts';

const MESSAGES = [{ role: 'user', content: 'Hello' }];

const written = (request: ChatRequest, asksUsage = true): JsonObject =>
  writeRequest(request, { model: request.model, asksUsage }).body;

/** As it comes in: parsed, so that `__proto__` is a key like any other. */
const body = (text: string): JsonObject => JSON.parse(text) as JsonObject;

const NAME = '`model` must be one of the names that `/v1/models` lists';

describe('what is touched is checked', () => {
  test.each<[JsonObject, string, string]>([
    [{}, 'model', `${NAME}; found nothing.`],
    [{ model: 4 }, 'model', `${NAME}; found 4.`],
    [{ messages: null }, 'messages', '`messages` must be an array; found null.'],
    [{ messages: {} }, 'messages', '`messages` must be an array; found an object.'],
    [{ messages: ['hi'] }, 'messages.0', '`messages.0` must be an object; found a text.'],
    [
      { messages: [...MESSAGES, []] },
      'messages.1',
      '`messages.1` must be an object; found an array.',
    ],
    [{ messages: [{}] }, 'messages.0.role', '`messages.0.role` must be a text; found nothing.'],
    [{ stream: 'true' }, 'stream', '`stream` must be true or false; found a text.'],
    [{ stream: 1 }, 'stream', '`stream` must be true or false; found 1.'],
    [
      { stream_options: [] },
      'stream_options',
      '`stream_options` must be an object; found an array.',
    ],
    [
      { stream_options: { include_usage: 'yes' } },
      'stream_options.include_usage',
      '`stream_options.include_usage` must be true or false; found a text.',
    ],
    [
      { max_tokens: '5' },
      'max_tokens',
      '`max_tokens` must be a whole number of at least 0; found a text.',
    ],
    [
      { max_tokens: -1 },
      'max_tokens',
      '`max_tokens` must be a whole number of at least 0; found -1.',
    ],
    [
      { max_completion_tokens: 1e308 },
      'max_completion_tokens',
      '`max_completion_tokens` must be a whole number of at least 0; found 1e+308.',
    ],
    [
      { max_tokens: 0.5 },
      'max_tokens',
      '`max_tokens` must be a whole number of at least 0; found 0.5.',
    ],
    [{ n: 0 }, 'n', '`n` must be a whole number of at least 1; found 0.'],
    [{ n: true }, 'n', '`n` must be a whole number of at least 1; found true.'],
  ])('%j', (fields, param, message) => {
    const request = 'model' in fields || param === 'model' ? {} : { model: 'm' };
    expect(() => touchRequest({ messages: MESSAGES, ...request, ...fields })).toThrowError(
      expect.objectContaining({ code: 'invalid_request', status: 400, param, message }),
    );
  });

  test.each<[JsonObject[keyof JsonObject], string]>([
    [7, 'messages.0.content'],
    [{ type: 'text' }, 'messages.0.content'],
    [['a'], 'messages.0.content.0'],
    [[{ type: 'text', text: 'a' }, null], 'messages.0.content.1'],
  ])('content %j is refused where it must be understood', (content, param) => {
    const request = { model: 'm', messages: [{ role: 'user', content }] };
    expect(touchRequest(request).model).toBe('m');
    expect(() => readRequest(request)).toThrowError(
      expect.objectContaining({ code: 'invalid_request', param }),
    );
  });

  test('null stands for what is not given', () => {
    const fields = { stream: null, stream_options: null, max_tokens: null, n: null };
    const request = { model: 'm', messages: MESSAGES, ...fields };
    expect(touchRequest(request)).toEqual({ model: 'm', stream: false, includeUsage: false });
    expect(readRequest(request)).not.toHaveProperty('maxOutputTokens');
  });

  test('of a doubled key the last one counts, for the check and for what is sent', () => {
    const request = body('{"model":"a","messages":[],"model":"b","stream":false,"stream":true}');
    expect(touchRequest(request)).toMatchObject({ model: 'b', stream: true });
    const sent = JSON.stringify(written(readRequest(request), false));
    expect(sent).toBe('{"model":"b","messages":[],"stream":true}');
  });

  test('fields inherited from nowhere are not given', () => {
    expect(() => touchRequest(body('{"__proto__":{"model":"m","messages":[]}}'))).toThrowError(
      expect.objectContaining({ param: 'model' }),
    );
  });
});

describe('the cap on output', () => {
  const cap = (fields: JsonObject): JsonObject => {
    const request = readRequest({ model: 'm', messages: MESSAGES, ...fields });
    const raised = { ...request, ...(request.maxOutputTokens && { maxOutputTokens: 16 }) };
    const { model: _model, messages: _messages, ...rest } = written(raised);
    return rest;
  };

  test('leaves under the name that it came with, as large as it is by now', () => {
    expect(cap({ max_tokens: 5 })).toEqual({ max_tokens: 16 });
    expect(cap({ max_completion_tokens: 5 })).toEqual({ max_completion_tokens: 16 });
    expect(cap({ max_tokens: 9, max_completion_tokens: 5 })).toEqual({ max_completion_tokens: 16 });
    expect(cap({ max_tokens: 5, max_completion_tokens: null })).toEqual({
      max_tokens: 16,
      max_completion_tokens: null,
    });
    expect(cap({})).toEqual({});
  });

  test('the newer name wins, and 0 is a cap', () => {
    const fields = { max_tokens: 9, max_completion_tokens: 0 };
    expect(readRequest({ model: 'm', messages: MESSAGES, ...fields }).maxOutputTokens).toBe(0);
  });
});

describe('asking for usage', () => {
  const plain = { model: 'a', messages: MESSAGES };

  const TO_B = { model: 'b', asksUsage: true };

  test('a redirected stream asks, whatever its options were', () => {
    for (const options of [undefined, null, {}, { include_usage: false }]) {
      const request = {
        ...plain,
        stream: true,
        ...(options !== undefined && { stream_options: options }),
      };
      expect(redirectRequest(request, TO_B)).toEqual({
        ...plain,
        model: 'b',
        stream: true,
        stream_options: { include_usage: true },
      });
    }
    const wishes = { ...plain, stream: true, stream_options: { include_obfuscation: false } };
    expect(redirectRequest(wishes, TO_B)['stream_options']).toEqual({
      include_obfuscation: false,
      include_usage: true,
    });
  });

  test('where it would be refused it does not ask, whatever its caller wished', () => {
    const stream = { ...plain, stream: true };
    for (const wish of [{}, { stream_options: { include_usage: true } }, { stream_options: null }])
      expect(redirectRequest({ ...stream, ...wish }, { model: 'b', asksUsage: false })).toEqual({
        ...stream,
        model: 'b',
      });
  });

  test('a whole reply tells its usage unasked', () => {
    expect(redirectRequest(plain, TO_B)).toEqual({ ...plain, model: 'b' });
    expect(redirectRequest({ ...plain, stream: false }, TO_B)).not.toHaveProperty('stream_options');
  });
});

describe('keys with a meaning to JavaScript', () => {
  const TRAPPED =
    '{"model":"m","messages":[{"role":"user","content":"a","__proto__":{"role":"system"}}],"stream":true,"stream_options":{"__proto__":{"x":1}},"__proto__":{"y":1},"constructor":{"prototype":{}},"toString":"t"}';

  test('are carried as data through every way out', () => {
    const request = body(TRAPPED);
    const read = readRequest(request);
    expect(read.messages[0]?.role).toBe('user');
    for (const sent of [written(read), redirectRequest(request, { model: 'm', asksUsage: true })]) {
      const expected = TRAPPED.replace('{"x":1}', '{"x":1},"include_usage":true');
      expect(body(JSON.stringify(sent))).toEqual(body(expected));
      expect(JSON.stringify(sent).match(/"__proto__"/g)).toHaveLength(3);
    }
    expect(Object.keys({})).toEqual([]);
    expect(({} as JsonObject)['y']).toBeUndefined();
  });
});
