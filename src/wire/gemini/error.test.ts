import { describe, expect, test } from 'vitest';
import type { UpstreamError } from '#wire/chat-event.ts';
import { readError, readStreamError, writeError } from '#wire/gemini/error.ts';
import { fixtures } from '#wire/test-kit.ts';

const EXPECTED: Readonly<Record<string, Partial<UpstreamError>>> = {
  '400-field': { kind: 'invalid', type: 'INVALID_ARGUMENT', param: 'max_tokens' },
  '400-key': { kind: 'auth', code: 'API_KEY_INVALID' },
  '400-tokens': { kind: 'context-length' },
  '403-permission': { kind: 'auth', type: 'PERMISSION_DENIED' },
  '404-model': { kind: 'invalid', type: 'NOT_FOUND' },
  '429-listed': { kind: 'rate-limit', message: 'Resource exhausted. Please try again later.' },
  '429-quota': { kind: 'rate-limit', type: 'RESOURCE_EXHAUSTED', retryAfterMs: 13_000 },
  '500-internal': { kind: 'broken', type: 'INTERNAL' },
  '502-page': { kind: 'broken', message: '' },
  '503-overloaded': { kind: 'overloaded' },
  '504-deadline': { kind: 'timeout' },
};

test.each(fixtures(new URL('fixtures/', import.meta.url), 'error'))('$name', ({ name, bytes }) => {
  expect(EXPECTED).toHaveProperty([name]);
  expect(readError(Number(name.slice(0, 3)), {}, bytes.toString('utf8'))).toMatchObject(
    EXPECTED[name] ?? {},
  );
});

test('a header says more exactly how long to wait', () => {
  const body = JSON.stringify({ error: { details: [{ retryDelay: '13s' }] } });
  expect(readError(429, { 'retry-after-ms': '250' }, body).retryAfterMs).toBe(250);
  expect(readError(429, {}, body.replace('13s', 'soon'))).not.toHaveProperty('retryAfterMs');
});

describe('an error in a stream', () => {
  test.each([
    [{ code: 503, message: 'Busy.', status: 'UNAVAILABLE' }, 503, 'overloaded'],
    [{ code: 'none', message: 'Busy.' }, 502, 'broken'],
    [{ code: [{ toString: 0 }], message: 'Busy.' }, 502, 'broken'],
    ['Busy.', 502, 'broken'],
  ])('%j', (error, status, kind) => {
    expect(readStreamError(error)).toMatchObject({ status, kind, message: 'Busy.' });
  });
});

test('an error is told in the envelope that its clients know', () => {
  expect(writeError({ status: 400, message: 'No.', param: 'contents', id: 'r1' })).toEqual({
    error: {
      code: 400,
      message: 'No.',
      status: 'INVALID_ARGUMENT',
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.BadRequest',
          fieldViolations: [{ field: 'contents', description: 'No.' }],
        },
        { '@type': 'type.googleapis.com/google.rpc.RequestInfo', requestId: 'r1' },
      ],
    },
  });
  const told = writeError({ status: 429, message: 'Wait.', retryAfterMs: 23_965 });
  expect(told).toMatchObject({
    error: { status: 'RESOURCE_EXHAUSTED', details: [{ retryDelay: '24s' }] },
  });
  expect(readError(429, {}, JSON.stringify(told)).retryAfterMs).toBe(24_000);
  expect(writeError({ status: 418, message: 'No.' })).toEqual({
    error: { code: 418, message: 'No.', status: 'FAILED_PRECONDITION' },
  });
});
