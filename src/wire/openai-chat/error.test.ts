import { describe, expect, test } from 'vitest';
import type { UpstreamError } from '#wire/chat-event.ts';
import { readError, readStreamError } from '#wire/openai-chat/error.ts';
import { fixtures } from '#wire/test-kit.ts';

const EXPECTED: Readonly<Record<string, Partial<UpstreamError>>> = {
  '400-context': { kind: 'context-length', code: 'context_length_exceeded', param: 'messages' },
  '400-filter': { kind: 'content', code: 'content_filter' },
  '400-listed': { kind: 'invalid', code: '400', message: 'Request contains an invalid argument.' },
  '401-key': { kind: 'auth', type: 'invalid_request_error', code: 'invalid_api_key' },
  '404-model': { kind: 'invalid', code: 'model_not_found' },
  '404-page': { kind: 'broken', message: '' },
  '422-detail': { kind: 'invalid', message: 'Input should be a valid list' },
  '429-quota': { kind: 'rate-limit', type: 'insufficient_quota', code: 'insufficient_quota' },
  '429-tokens': {
    kind: 'rate-limit',
    type: 'tokens',
    code: 'rate_limit_exceeded',
    message: expect.stringContaining('Limit 30000, Used 29937, Requested 385.') as string,
  },
  '502-page': { kind: 'broken', message: '' },
};

test.each(fixtures(new URL('fixtures/', import.meta.url), 'error'))('$name', ({ name, bytes }) => {
  expect(EXPECTED).toHaveProperty([name]);
  expect(readError(Number(name.slice(0, 3)), {}, bytes.toString('utf8'))).toMatchObject(
    EXPECTED[name] ?? {},
  );
});

describe('the class of an error', () => {
  test.each([
    [400, 'invalid'],
    [401, 'auth'],
    [403, 'auth'],
    [408, 'timeout'],
    [409, 'invalid'],
    [429, 'rate-limit'],
    [500, 'broken'],
    [502, 'broken'],
    [503, 'overloaded'],
    [504, 'timeout'],
    [529, 'overloaded'],
    [302, 'broken'],
    [200, 'broken'],
  ] as const)('%d is %s', (status, kind) => {
    expect(readError(status, {}, '{"error":{"message":"No."}}').kind).toBe(kind);
  });

  test('a status that says enough needs no body; another one does', () => {
    const kinds = [429, 401, 503, 400, 404, 500].map((status) => readError(status, {}, '').kind);
    expect(kinds).toEqual(['rate-limit', 'auth', 'overloaded', 'broken', 'broken', 'broken']);
  });
});

describe('the words of an error', () => {
  test.each([
    ['{"error":{"message":"No."}}', 'No.'],
    ['{"error":"No."}', 'No.'],
    ['{"message":"No."}', 'No.'],
    ['{"detail":"No."}', 'No.'],
    ['{"detail":[{"loc":["body","messages",0],"msg":"No."}]}', 'body.messages.0: No.'],
    ['{"detail":[{"msg":"No."}]}', 'No.'],
    ['{"detail":[{"loc":["body"]}]}', ''],
    ['{"detail":[]}', ''],
    ['[{"error":{"message":"No."}}]', 'No.'],
    ['{"error":{"message":7}}', '7'],
    ['{"error":{"message":{"text":"No."}}}', ''],
    ['{"error":null}', ''],
    ['{"error":[]}', ''],
    ['{"__proto__":{"message":"No."}}', ''],
    ['[]', ''],
    ['null', ''],
    ['"No."', ''],
    ['{"error":{"message":"No."}', ''],
    ['', ''],
  ])('%s', (body, message) => {
    expect(readError(400, {}, body)).toMatchObject({ status: 400, message });
  });

  test('are cut when they are long', () => {
    const body = JSON.stringify({ error: { message: 'x'.repeat(5000) } });
    expect(readError(500, {}, body).message).toHaveLength(400);
  });

  test('absent fields are absent', () => {
    const body = '{"error":{"message":"No.","type":null,"param":null,"code":null}}';
    expect(readError(500, {}, body)).toEqual({ kind: 'broken', status: 500, message: 'No.' });
  });

  test('the wait that the headers ask for is carried', () => {
    expect(readError(429, { 'retry-after': '2' }, '').retryAfterMs).toBe(2000);
    expect(readError(429, { 'retry-after': 'soon' }, '')).not.toHaveProperty('retryAfterMs');
  });
});

describe('an error inside a stream', () => {
  test.each([
    [{ message: 'No.' }, 502],
    [{ message: 'No.', code: 429 }, 429],
    [{ message: 'No.', code: '503' }, 503],
    [{ message: 'No.', code: 503, status: 'UNAVAILABLE' }, 503],
    [{ message: 'No.', status: 401, code: 'invalid_api_key' }, 401],
    [{ message: 'No.', code: 'rate_limit_exceeded', type: 'tokens' }, 429],
    [{ message: 'No.', code: 'tool_use_failed', type: 'invalid_request_error' }, 400],
    [{ message: 'No.', code: null, type: 'overloaded_error' }, 503],
    [{ message: 'No.', code: 503, type: 'invalid_request_error' }, 503],
    [{ message: 'No.', code: 'constructor', type: 'toString' }, 502],
    [{ message: 'No.', code: 200 }, 502],
    [{ message: 'No.', code: 429.5 }, 502],
    ['No.', 502],
  ])('%j has status %d', (error, status) => {
    expect(readStreamError(error)).toMatchObject({ status, message: 'No.' });
  });

  test('is read however deep it is', () => {
    const depth = 200_000;
    const deep = JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`) as [];
    expect(readStreamError(deep)).toEqual({ kind: 'broken', status: 502, message: '' });
  });
});
