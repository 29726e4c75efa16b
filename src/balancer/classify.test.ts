import { describe, expect, it, test } from 'vitest';
import { AttemptsError, fallbackFor } from '#balancer/attempts-error.ts';
import { type Answered, classify, effectOf, type FailureKind } from '#balancer/classify.ts';
import { SpillwayError } from '#core/errors.ts';

const answered = (kind: Answered['kind'], status: number) => classify({ kind, status }, undefined);

describe('classify', () => {
  test.each([
    ['minute', 'minute-quota'],
    ['day', 'day-quota'],
    ['size', 'too-large'],
    ['money', 'money'],
    ['ramp', 'ramp'],
  ] as const)('believes what is said of a limit (%s) whatever the status', (refusal, kind) => {
    for (const status of [400, 403, 413, 429, 503])
      expect(classify({ kind: 'broken', status }, refusal)).toBe(kind);
  });

  test.each([
    ['rate-limit', 429, 'capacity'],
    ['overloaded', 529, 'capacity'],
    ['auth', 401, 'auth'],
    ['auth', 400, 'auth'],
    ['auth', 403, 'forbidden'],
    ['invalid', 404, 'not-found'],
    ['invalid', 422, 'invalid'],
    ['content', 400, 'content'],
    ['context-length', 400, 'context-length'],
    ['timeout', 504, 'timeout'],
    ['broken', 500, 'server-error'],
    ['broken', 502, 'bad-gateway'],
    ['broken', 404, 'broken'],
  ] as const)('%s with %i is %s', (kind, status, expected) => {
    expect(answered(kind, status)).toBe(expected);
  });
});

describe('effectOf', () => {
  it('gives back what a vendor never heard of, and keeps what may have been worked on', () => {
    expect(effectOf('connect').charge).toBe('nothing');
    for (const kind of ['reset', 'timeout', 'broken', 'server-error'] as const)
      expect(effectOf(kind).charge).toBe('all');
    for (const kind of ['minute-quota', 'auth', 'invalid', 'content', 'capacity'] as const)
      expect(effectOf(kind).charge).toBe('request');
  });

  it('keeps quotas and callers apart from health', () => {
    const innocent = [
      'minute-quota',
      'day-quota',
      'too-large',
      'money',
      'ramp',
      'invalid',
    ] as const;
    for (const kind of innocent) expect(effectOf(kind).health).toBe('none');
  });
});

describe('fallbackFor', () => {
  const failed = (kind: FailureKind) =>
    new AttemptsError({ kind, error: new SpillwayError('upstream_rejected', 'No.') });

  it('names the list that a failure is looked up in', () => {
    expect(fallbackFor(failed('context-length'))).toBe('context-window');
    expect(fallbackFor(failed('content'))).toBe('content-policy');
    for (const kind of ['invalid', 'auth', 'minute-quota', 'timeout'] as const)
      expect(fallbackFor(failed(kind))).toBe('any');
    expect(fallbackFor(new SpillwayError('rate_limited', 'Full.'))).toBe('any');
    expect(fallbackFor(new SpillwayError('no_deployment', 'None.'))).toBe('any');
  });

  it('has none for a caller who left, nor for what is broken here', () => {
    expect(fallbackFor(new SpillwayError('client_closed', 'Left.'))).toBeUndefined();
    expect(fallbackFor(new TypeError('x'))).toBeUndefined();
  });
});
