import { expect, test } from 'vitest';
import { VirtualClock } from '#core/virtual-clock.ts';
import { createPriceBook } from '#server/price-book.ts';

const own = {};
const rows = [
  { name: 'night', pricing: { provider: 'deepseek', model: 'deepseek-chat', own } },
  { name: 'any', pricing: { provider: 'openai', model: 'gpt-4.1*', own } },
] as const;

test('prices that change with the hour do, within a minute', async () => {
  const clock = new VirtualClock(0, Date.parse('2026-09-01T00:29:30Z'));
  const prices = createPriceBook({ deployments: rows as never }, clock);
  const before = prices('night', 'deepseek-chat').input;
  expect(prices('night', 'deepseek-chat').input).toBe(before);
  await clock.advance(120_000);
  expect(prices('night', 'deepseek-chat').input?.nanos).toBe(before!.nanos * 2);
});

test('a pattern has the prices of what it is asked for; who is not known has none', () => {
  const prices = createPriceBook({ deployments: rows as never }, new VirtualClock(0));
  expect(prices('any', 'gpt-4.1').input?.nanos).toBe(2e9);
  expect(prices('any', 'gpt-4.1-mini').input?.nanos).toBe(4e8);
  expect(prices('any', 'x'.repeat(1000))).toEqual({});
  expect(prices('nobody', 'gpt-4.1')).toEqual({});
});
