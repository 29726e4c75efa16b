import { sign } from 'aws4';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { signV4, type Unsigned } from '#wire/sigv4.ts';

const KEY = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
};
const HOST = 'bedrock-runtime.us-east-1.amazonaws.com';
const WALL_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

/** What the library of the tests signs for the same request. */
const expected = (request: Unsigned, sessionToken?: string): string | undefined => {
  const { headers, ...rest } = request;
  const signed = sign(
    {
      ...rest,
      service: 'bedrock',
      region: 'us-east-1',
      headers: { ...headers, Host: request.host, 'X-Amz-Date': '20260102T030405Z' },
    },
    { ...KEY, ...(sessionToken !== undefined && { sessionToken }) },
  );
  return String(signed.headers?.['Authorization']);
};

const ours = (request: Unsigned, sessionToken?: string): Record<string, string> =>
  signV4(
    request,
    { ...KEY, sessionToken },
    { region: 'us-east-1', service: 'bedrock', wallMs: WALL_MS },
  );

/** A body makes the library add its length and a type; ours are signed only where they are given. */
const JSON_HEADERS = { 'content-type': 'application/json' };

test.each([
  ['a path', '/model/amazon.nova-lite-v1/converse'],
  ['an escaped model', '/model/anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse-stream'],
  [
    'an escaped profile',
    '/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aapplication-inference-profile%2Fab12/invoke',
  ],
  ['a query', '/x?b=2&a=1&a=%20%2F&c'],
])('signs as the library does: %s', (_, path) => {
  const request = { method: 'GET', host: HOST, path, body: '' };
  expect(ours(request)).toEqual({
    'x-amz-date': '20260102T030405Z',
    authorization: expected(request),
  });
});

test('signs a body, more headers and a session', () => {
  const body = JSON.stringify({ messages: [{ role: 'user', content: [{ text: '日本 🧊' }] }] });
  const headers = { ...JSON_HEADERS, 'content-length': String(Buffer.byteLength(body)) };
  const request = { method: 'POST', host: HOST, path: '/model/a%3A0/converse', headers, body };
  const signed = ours(request, 'token/with+signs==');
  expect(signed['authorization']).toBe(expected(request, 'token/with+signs=='));
  expect(signed['x-amz-security-token']).toBe('token/with+signs==');
});

test('any body and header values', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }),
      fc.stringMatching(/^[!-~][ -~]{0,20}[!-~]$/),
      (body, value) => {
        const headers = {
          ...JSON_HEADERS,
          'content-length': String(Buffer.byteLength(body)),
          'x-amz-note': value,
        };
        const request = { method: 'POST', host: HOST, path: '/', headers, body };
        expect(ours(request)['authorization']).toBe(expected(request));
      },
    ),
  );
});

test('another region, service, day or secret is another signature', () => {
  const request = { method: 'POST', host: HOST, path: '/', body: '{}' };
  const scope = { region: 'eu-west-1', service: 'bedrock', wallMs: WALL_MS };
  const all = [
    signV4(request, KEY, scope),
    signV4(request, KEY, { ...scope, region: 'eu-west-2' }),
    signV4(request, KEY, { ...scope, service: 'sts' }),
    signV4(request, KEY, { ...scope, wallMs: WALL_MS + 86_400_000 }),
    signV4(request, { ...KEY, secretAccessKey: 'other' }, scope),
    signV4({ ...request, body: '{} ' }, KEY, scope),
  ].map(({ authorization = '' }) => authorization.slice(-64));
  expect(new Set(all).size).toBe(all.length);
});
