import { expect, test } from 'vitest';
import { type LimitText, readLimitText } from '#providers/limit-texts.ts';

const numbers = (limit: number, used: number, requested: number) => ({ limit, used, requested });

test.each<[string, Partial<LimitText>]>([
  [
    'Limit 10000, Used 8554, Requested 3082. Please try again in 9.816s.',
    { ...numbers(10_000, 8554, 3082), retryMs: 9816 },
  ],
  [
    'Limit 30000, Used 29937, Requested 385. Please try again in 644ms.',
    { ...numbers(30_000, 29_937, 385), retryMs: 644 },
  ],
  [
    'Limit 30000, Used 14567, Requested 24754. Please try again in 18.642s.',
    { ...numbers(30_000, 14_567, 24_754), retryMs: 18_642 },
  ],
  [
    'Limit 15000, Used 11972, Requested 4351. Please try again in 5.289s.',
    { ...numbers(15_000, 11_972, 4351), retryMs: 5289 },
  ],
  ['Request too large: Limit 5, Requested 3.', { limit: 5, requested: 3, tooLarge: true }],
  ['Limit 5, Used 1, Requested 9.', { ...numbers(5, 1, 9), tooLarge: true }],
  [
    'Rate limit of 50,000 output tokens per minute',
    { dimension: 'output', windowMs: 60_000, limit: 50_000 },
  ],
  ['2,000 tokens per second', { dimension: 'tokens', windowMs: 1000, limit: 2000 }],
  ['on requests per day (RPD)', { dimension: 'requests', windowMs: 86_400_000 }],
  ['Limit: 3 / min. Current: 4 / min.', { limit: 3, used: 4 }],
  ['on requests per 10 s:', { dimension: 'requests', windowMs: 10_000 }],
  ['on tokens per 90 days', { dimension: 'tokens' }],
  ['of requests per server', {}],
  ['exceeded call rate limit', { dimension: 'requests' }],
  ['Please retry after 10 seconds.', { retryMs: 10_000 }],
  ['Please retry after 1 second.', { retryMs: 1000 }],
  ['Please try again in 7m12s. Visit', { retryMs: 432_000 }],
  ['Please try again later', {}],
  ['Limit 0, Used 5, Requested 0', { used: 5 }],
  ['Limit 10, Used 99, Requested -3', { limit: 10 }],
  ['Limit 99999999999999999999, Used 1e99', { used: 1 }],
  [`${'x'.repeat(2000)} Limit 10, Used 5, Requested 6`, {}],
  ['', {}],
])('%j', (text, expected) => {
  expect(readLimitText(text)).toEqual({ tooLarge: false, ...expected });
});

test('a text that is made to be slow comes to an end', () => {
  for (const piece of ['Limit ', '9,', 'retry in 1h', 'in organization `org_', 'input tokens '])
    expect(readLimitText(piece.repeat(100_000)).requested).toBeUndefined();
});
