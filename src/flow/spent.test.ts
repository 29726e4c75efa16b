import { expect, test } from 'vitest';
import { type Spent, sumSpent, sumTook, usageValue } from '#flow/spent.ts';

const PARTS = { promptNanos: 10, completionNanos: 20, promptRate: 2e9, completionRate: 8e9 };

test('what one call does not say of itself, the other one does', () => {
  const known: Spent = {
    usage: { inputTokens: 1, outputTokens: 2 },
    costNanos: 30,
    parts: PARTS,
  };
  expect(sumSpent({}, {})).toEqual({});
  expect(sumSpent(known, {})).toEqual(known);
  expect(sumSpent({}, known)).toEqual(known);
  expect(sumSpent(known, known)).toEqual({
    usage: { inputTokens: 2, outputTokens: 4 },
    costNanos: 60,
    parts: { ...PARTS, promptNanos: 20, completionNanos: 40 },
  });
});

test('calls that follow each other take as long as both', () => {
  const first = { latencyMs: 100, firstMs: 40 };
  expect(sumTook(undefined, first)).toEqual(first);
  expect(sumTook(first, { latencyMs: 50, firstMs: 10 })).toEqual({ latencyMs: 150, firstMs: 10 });
});

test('seconds and dollars, as flows read them', () => {
  const usage = { inputTokens: 5, outputTokens: 2 };
  const took = { latencyMs: 1500, firstMs: 500 };
  expect(usageValue({ usage, costNanos: 30, parts: PARTS }, took)).toMatchObject({
    prompt_price: '0.00000001',
    completion_price: '0.00000002',
    total_price: '0.00000003',
    total_tokens: 7,
    latency: 1.5,
    time_to_first_token: 0.5,
    time_to_generate: 1,
  });
  expect(usageValue({})).toMatchObject({ total_tokens: 0, total_price: '0', latency: 0 });
});
