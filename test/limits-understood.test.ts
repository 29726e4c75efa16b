import { describe, expect, test } from 'vitest';
import type { ToldLimit } from '#core/quota.ts';
import { findProvider } from '#providers/index.ts';
import type { Refusal } from '#simulator/admission.ts';
import { createBucket } from '#simulator/bucket.ts';
import { internal, tooLarge, unauthorized, unknownModel } from '#simulator/complaints.ts';
import { DAY_MS, type Limit, MINUTE_MS } from '#simulator/limit.ts';
import { profileNamed, profileNames } from '#simulator/profiles/index.ts';
import type { ErrorAnswer } from '#simulator/profiles/profile.ts';

/*
 * The simulator plays vendors and the providers understand them; the two share no code and were
 * written from the same facts. What one says, the other must hear.
 */
const caller = { organisation: 'org-one', project: 'one', model: 'a-model' };
const wallMs = Date.parse('2026-01-15T12:00:00Z');

/** What a vendor counts apart from the rest. */
const DIMENSIONS: Readonly<Record<string, readonly Limit['dimension'][]>> = {
  anthropic: ['requests', 'input', 'output'],
  gemini: ['requests', 'input'],
};

describe.each(profileNames)('%s', (name) => {
  const profile = profileNamed(name);
  const { quota } = findProvider(name)!;
  const hear = ({ status, headers, body }: ErrorAnswer) =>
    quota.read({ status, headers, body: JSON.stringify(body), wallMs }).refusal;

  const limits: Limit[] = (DIMENSIONS[name] ?? (['requests', 'tokens'] as const)).flatMap(
    (dimension) =>
      [MINUTE_MS, DAY_MS].map((windowMs) => ({
        scope: 'project',
        dimension,
        limit: 1000,
        windowMs,
        refill: 'linear',
      })),
  );

  test.each(limits)('a full limit of $dimension by $windowMs ms', (limit) => {
    const refusal: Refusal = { ...limit, used: 990, requested: 20, waitMs: 5289 };
    const heard = hear(profile.refused(refusal, caller))!;
    expect(heard).toBeDefined();
    expect(['minute', 'day']).toContain(heard.class);
    expect(heard.dimension).toBe(limit.dimension);
    for (const field of ['limit', 'used', 'requested'] as const)
      expect([undefined, refusal[field]]).toContain(heard[field]);
    expect([undefined, limit.windowMs]).toContain(heard.windowMs);
    // Whoever comes back earlier is refused again.
    expect(heard.retryMs ?? Infinity).toBeGreaterThanOrEqual(refusal.waitMs);
  });

  test('a call that is larger than its limit is never told to wait and try the same', () => {
    for (const limit of limits) {
      const refusal: Refusal = { ...limit, used: 0, requested: 1001, waitMs: Infinity };
      const heard = hear(profile.refused(refusal, caller))!;
      if (heard.class === 'size') expect(heard.retryMs).toBeUndefined();
      // A vendor without a word for it at least tells its limit, or nothing.
      else expect([undefined, 1000]).toContain(heard.limit);
    }
  });

  test('a bill to pay', () => {
    expect(hear(profile.unpaid(caller))).toEqual({ class: 'money' });
  });

  test('traffic that grows too fast is no full limit', () => {
    expect(['ramp', 'minute', undefined]).toContain(hear(profile.tooFast(12_345, caller))?.class);
  });

  test('every other no has nothing to do with limits', () => {
    for (const complaint of [unauthorized(undefined), unknownModel('m'), internal(), tooLarge(5)])
      expect(hear(profile.complain(complaint))).toBeUndefined();
  });

  test('headers', () => {
    const shown = limits.filter(
      ({ dimension, windowMs }) =>
        windowMs === (name === 'groq' && dimension === 'requests' ? DAY_MS : MINUTE_MS),
    );
    const gauges = shown.map((limit) => {
      const bucket = createBucket(limit);
      bucket.take(10, 0);
      return bucket.gauge(0);
    });
    const told = quota.read({
      status: 200,
      headers: profile.limitHeaders(gauges, { wallMs, charged: { requests: 1, tokens: 10 } }),
      body: '',
      wallMs,
    }).told as ToldLimit[];
    for (const { dimension, windowMs, limit, remaining, resetMs } of told) {
      const gauge = gauges.find((one) => one.dimension === dimension)!;
      expect(windowMs).toBe(gauge.windowMs);
      expect([undefined, gauge.limit]).toContain(limit);
      expect(remaining).toBe(gauge.remaining);
      // Instants are told in whole seconds.
      if (resetMs !== undefined) expect(Math.abs(resetMs - gauge.resetMs)).toBeLessThan(1000);
    }
    const silent = ['gemini', 'bedrock', 'cohere'].includes(name);
    expect(told).toHaveLength(silent ? 0 : gauges.length);
  });
});
