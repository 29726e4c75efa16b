import { describe, expect, test } from 'vitest';
import { admit } from '#simulator/admission.ts';
import { createBucket } from '#simulator/bucket.ts';
import { unauthorized } from '#simulator/complaints.ts';
import { goDuration } from '#simulator/go-duration.ts';
import { DAY_MS, MINUTE_MS } from '#simulator/limit.ts';
import openai from '#simulator/profiles/openai.ts';

/** Public texts of real refusals: what the vendor said, to the millisecond. */
const REAL_REFUSALS = [
  { limit: 10_000, used: 8554, requested: 3082, text: '9.816s' },
  { limit: 30_000, used: 29_937, requested: 385, text: '644ms' },
  { limit: 30_000, used: 14_567, requested: 24_754, text: '18.642s' },
  // Its bucket had refilled three quarters of a token since: what is used is shown rounded up.
  { limit: 15_000, used: 11_972, requested: 4351, text: '5.289s', sinceMs: 3 },
];

const caller = (model: string) => ({ organisation: 'org-simulator', project: 'one', model });

describe('the OpenAI profile', () => {
  test.each(REAL_REFUSALS)(
    'refuses as the vendor did: Limit $limit, Used $used, Requested $requested → $text',
    ({ limit, used, requested, text, sinceMs = 0 }) => {
      const bucket = createBucket({
        scope: 'project',
        dimension: 'tokens',
        limit,
        windowMs: MINUTE_MS,
        refill: 'linear',
      });
      bucket.take(used, 0);
      const admission = admit([bucket], { requests: 1, tokens: requested }, { nowMs: sinceMs });
      if (admission.admitted) throw new Error('admitted');
      const { status, body } = openai.refused(admission.refusal, caller('gpt-4o'));
      expect(status).toBe(429);
      expect(body).toEqual({
        error: {
          message:
            'Rate limit reached for gpt-4o in organization org-simulator on tokens per min (TPM): ' +
            `Limit ${limit}, Used ${used}, Requested ${requested}. Please try again in ${text}.`,
          type: 'tokens',
          param: null,
          code: 'rate_limit_exceeded',
        },
      });
    },
  );

  test('names requests per day and tells the wait in the headers too', () => {
    const { headers, body } = openai.refused(
      {
        scope: 'project',
        dimension: 'requests',
        limit: 1000,
        windowMs: DAY_MS,
        refill: 'linear',
        used: 1000,
        requested: 1,
        waitMs: 86_400,
      },
      caller('gpt-4.1'),
    );
    expect(headers).toEqual({ 'retry-after': '87', 'retry-after-ms': '86400' });
    expect(JSON.stringify(body)).toContain(
      'on requests per day (RPD): Limit 1000, Used 1000, Requested 1. Please try again in 1m26.4s.',
    );
  });

  test('speaks of a second in the numbers of a minute', () => {
    const bucket = createBucket({
      scope: 'project',
      dimension: 'requests',
      limit: 10,
      windowMs: 1000,
      refill: 'linear',
    });
    for (let i = 0; i < 10; i++) admit([bucket], { requests: 1 }, { nowMs: 0 });
    const admission = admit([bucket], { requests: 1 }, { nowMs: 0 });
    if (admission.admitted) throw new Error('admitted');
    expect(JSON.stringify(openai.refused(admission.refusal, caller('gpt-4.1')).body)).toContain(
      'requests per min (RPM): Limit 600, Used 600, Requested 1. Please try again in 100ms.',
    );
    expect(openai.limitHeaders([bucket.gauge(500)])).toEqual({
      'x-ratelimit-limit-requests': '600',
      'x-ratelimit-remaining-requests': '5',
      'x-ratelimit-reset-requests': '500ms',
    });
  });

  test('shows only the ends of a key, and nothing of a short one', () => {
    const shown = (key: string): string => JSON.stringify(openai.complain(unauthorized(key)).body);
    expect(shown('sk-proj-abcdefghijklmnop')).toContain('sk-****mnop');
    expect(shown('sk-proj-abcdefghijklmnop')).not.toContain('abcdef');
    expect(shown('my-password')).not.toContain('pass');
  });

  test.each([
    [0, '0s'],
    [0.2, '1ms'],
    [20, '20ms'],
    [1000, '1s'],
    [7660, '7.66s'],
    [59_999, '59.999s'],
    [60_000, '1m0s'],
    [360_000, '6m0s'],
    [3_723_500, '1h2m3.5s'],
    [86_400_000, '24h0m0s'],
  ])('writes %d ms as Go does: %s', (ms, text) => {
    expect(goDuration(ms)).toBe(text);
  });
});
