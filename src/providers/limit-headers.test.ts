import { describe, expect, test } from 'vitest';
import type { ToldLimit } from '#core/quota.ts';
import { readLimits, standardLimits } from '#providers/limit-headers.ts';
import type { ReplyHeaders } from '#wire/dialect.ts';

const told = (limit?: string, remaining?: string, reset?: string): readonly ToldLimit[] => {
  const headers: ReplyHeaders = {
    'x-ratelimit-limit-requests': limit,
    'x-ratelimit-remaining-requests': remaining,
    'x-ratelimit-reset-requests': reset,
  };
  const wallMs = Date.parse('2026-01-15T12:00:00Z');
  return readLimits({ status: 200, headers, body: '', wallMs }, standardLimits());
};

describe('a limit is as much as its headers say', () => {
  test.each<[string | undefined, string | undefined, string | undefined, Partial<ToldLimit>]>([
    ['500', '499', '120ms', { limit: 500, remaining: 499, resetMs: 120 }],
    ['500', undefined, undefined, { limit: 500 }],
    [undefined, '499', undefined, { remaining: 499 }],
    ['500', '0', '1m0s', { limit: 500, remaining: 0, resetMs: 60_000 }],
    ['10,000', '9,999.6', undefined, { limit: 10_000, remaining: 9999 }],
    // Rounding, not more than there can be.
    ['500', '501', undefined, { limit: 500, remaining: 500 }],
    ['500', '-1', undefined, { limit: 500 }],
    ['-1', '499', undefined, { remaining: 499 }],
    ['0', '0', undefined, { remaining: 0 }],
    ['500', '499', 'soon', { limit: 500, remaining: 499 }],
    ['500', '499', '6m0s', { limit: 500, remaining: 499 }],
    ['500', '499', '2026-01-15T12:00:09Z', { limit: 500, remaining: 499, resetMs: 9000 }],
    ['500', '499', '2026-01-15T11:00:00Z', { limit: 500, remaining: 499, resetMs: 0 }],
  ])('limit %s, remaining %s, reset %s', (limit, remaining, reset, expected) => {
    expect(told(limit, remaining, reset)).toEqual([
      { dimension: 'requests', windowMs: 60_000, ...expected },
    ]);
  });

  test.each([
    ['0', undefined],
    ['-5', '-5'],
    ['abc', 'NaN'],
    ['1e99', '1e3'],
    ['9999999999999', undefined],
    ['9999999999999999', undefined],
    // One of the two is false.
    ['500', '1001'],
    ['', ''],
  ])('limit %s, remaining %s is no limit', (limit, remaining) => {
    expect(told(limit, remaining, '1s')).toEqual([]);
  });
});

describe('how fast it comes back tells a day from a minute', () => {
  test.each([
    ['10000', '9999', '6ms', 60_000],
    ['10000', '9990', '1m26.4s', 86_400_000],
    ['10000', '9999', '8.64s', 60_000],
    ['200', '100', '12h0m0s', 86_400_000],
    ['200', '0', '24h0m0s', 86_400_000],
    ['200', '0', '1m0s', 60_000],
    // Whole again already, or as soon as a fixed window ends: nothing is told.
    ['10000', '10000', '0s', 60_000],
    ['10000', '9999', '9', 60_000],
    ['10000', '9993', '60', 60_000],
    ['150000', '149984', '6m0s', 60_000],
  ])('limit %s, remaining %s, reset %s', (limit, remaining, reset, windowMs) => {
    expect(told(limit, remaining, reset)[0]?.windowMs).toBe(windowMs);
  });
});
