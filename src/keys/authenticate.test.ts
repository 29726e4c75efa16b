import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, test } from 'vitest';
import { systemClock } from '#core/clock.ts';
import type { SpillwayError } from '#core/errors.ts';
import { type KeySettings, createAuthenticate } from '#keys/authenticate.ts';

const knock = (headers: IncomingHttpHeaders) => ({
  headers,
  address: '10.0.0.1',
  path: '/v1/models',
});

const RIGHT = 'sk-right';
const WRONG = 'sk-wrong';

/** What a caller with these headers hears; undefined when it may enter. */
const refusal = (
  headers: IncomingHttpHeaders,
  settings: Partial<KeySettings> = {},
): string | undefined => {
  try {
    createAuthenticate({ clock: systemClock, masterKey: RIGHT, ...settings })(knock(headers));
    return undefined;
  } catch (error) {
    expect(['unauthorized', 'unknown_key']).toContain((error as SpillwayError).code);
    expect(error).toMatchObject({ status: 401 });
    return String(error);
  }
};

describe('a key', () => {
  test.each([
    { 'x-litellm-api-key': RIGHT },
    { 'x-litellm-api-key': `Bearer ${RIGHT}` },
    { authorization: `Bearer ${RIGHT}` },
    { authorization: `bearer ${RIGHT}` },
    { authorization: `BEARER  ${RIGHT} ` },
    { authorization: `Basic ${RIGHT}` },
    { 'api-key': RIGHT },
    { 'x-api-key': RIGHT },
    { 'x-goog-api-key': RIGHT },
    { 'ocp-apim-subscription-key': RIGHT },
  ])('enters by %j', (headers) => {
    expect(refusal(headers)).toBeUndefined();
    expect(refusal({ ...headers, [Object.keys(headers)[0]!]: `Bearer ${WRONG}` })).toContain(
      'Invalid proxy server token passed',
    );
  });

  test.each([
    [{ 'x-litellm-api-key': RIGHT, authorization: `Bearer ${WRONG}` }],
    [{ authorization: `Bearer ${RIGHT}`, 'api-key': WRONG, 'x-api-key': WRONG }],
    [{ 'api-key': RIGHT, 'x-api-key': WRONG }],
    [{ 'x-api-key': RIGHT, 'x-goog-api-key': WRONG }],
    [{ 'x-goog-api-key': RIGHT, 'ocp-apim-subscription-key': WRONG }],
    [{ authorization: '', 'x-api-key': RIGHT }],
    [{ authorization: 'Bearer ', 'x-api-key': RIGHT }],
  ])('is the first of several: %j', (headers) => {
    expect(refusal(headers)).toBeUndefined();
  });

  test.each([
    [{}, 'No api key passed in'],
    [{ authorization: '' }, 'No api key passed in'],
    [{ authorization: 'Bearer' }, 'Malformed API Key'],
    [{ authorization: RIGHT }, 'Malformed API Key'],
    [{ authorization: `Digest ${RIGHT}` }, 'Malformed API Key'],
    [{ authorization: `Bearer ${RIGHT}x` }, 'Invalid proxy server token'],
    [{ authorization: `Bearer ${RIGHT.slice(0, -1)}` }, 'Invalid proxy server token'],
    [{ authorization: `Bearer ${RIGHT.toUpperCase()}` }, 'Invalid proxy server token'],
  ])('that is none is refused without being repeated: %j', (headers, says) => {
    const said = refusal(headers);
    expect(said).toContain(says);
    expect(said).not.toContain(RIGHT);
  });

  test('enters by one header only where the config names one', () => {
    const settings = { keyHeader: 'x-our-key' };
    expect(refusal({ 'x-our-key': `Bearer ${RIGHT}` }, settings)).toBeUndefined();
    expect(refusal({ authorization: `Bearer ${RIGHT}` }, settings)).toContain(
      'Send one as `x-our-key: Bearer sk-…`',
    );
  });

  test('is not asked for where none is configured', () => {
    expect(() => createAuthenticate({ clock: systemClock })(knock({}))).not.toThrow();
  });
});
