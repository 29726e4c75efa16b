import { describe, expect, test } from 'vitest';
import { modelData, pricesOf } from '#providers/models.ts';

const WALL_MS = Date.parse('2026-09-01T12:00:00Z');

describe('what the table says of models', () => {
  test.each([
    ['openai', 'gpt-4.1', { input: 2e9, output: 8e9, cacheRead: 5e8 }, 1_047_576],
    ['openai', 'gpt-4.1-2025-04-14', { input: 2e9, output: 8e9, cacheRead: 5e8 }, 1_047_576],
    ['azure', 'gpt-4.1', { input: 2e9, output: 8e9, cacheRead: 5e8 }, 1_047_576],
    ['openai', 'text-embedding-3-small', { input: 2e7 }, 8192],
    ['groq', 'llama-3.3-70b-versatile', { input: 59e7, output: 79e7 }, undefined],
    ['azure', 'o_series/gpt-4.1', { input: 2e9, output: 8e9, cacheRead: 5e8 }, 1_000_000],
    [
      'bedrock',
      'converse/us-east-1/amazon.nova-pro-v1:0',
      { input: 8e8, output: 32e8, cacheRead: 2e8 },
      300_000,
    ],
    ['xai', 'grok-4', { input: 3e9, output: 15e9, cacheRead: 75e7 }, 256_000],
  ])('%s/%s', (provider, model, rates, window) => {
    const data = modelData(provider, model, WALL_MS)!;
    expect(data.contextTokens).toBe(window);
    const plain = Object.entries(data.prices).map(([kind, { nanos }]) => [kind, nanos]);
    expect(Object.fromEntries(plain)).toEqual(rates);
  });

  test('tiers and caches', () => {
    const { prices } = modelData('anthropic', 'claude-sonnet-4-5-20250929', WALL_MS)!;
    expect(prices.input).toEqual({ nanos: 3e9, above: [{ tokens: 200_000, nanos: 6e9 }] });
    expect(prices.cacheWrite?.nanos).toBe(375e7);
    expect(prices.cacheRead?.nanos).toBe(3e8);
  });

  test('prices that change with the hour', () => {
    const at = (time: string) =>
      modelData('deepseek', 'deepseek-chat', Date.parse(`2026-09-01T${time}Z`))!.prices.input;
    expect(at('12:00:00')).not.toEqual(at('20:00:00'));
  });

  test('a window that is older than its vendor is not believed', () => {
    expect(modelData('deepseek', 'deepseek-chat', WALL_MS)).not.toHaveProperty('contextTokens');
  });

  test.each([
    ['openai', 'a-model-of-nobody'],
    ['openai', ''],
    ['hosted_vllm', 'gpt-4.1'],
    ['constructor', 'gpt-4.1'],
  ])('nothing of %s/%s', (provider, model) => {
    expect(modelData(provider, model, WALL_MS)).toBeUndefined();
  });

  test('a model that is paid by the minute has no price by the token', () => {
    expect(modelData('openai', 'whisper-1', WALL_MS)?.prices).toEqual({});
  });
});

test('a config’s own prices stand in place of the table’s, and its 0 is none', () => {
  const of = { provider: 'openai', model: 'gpt-4.1' };
  expect(pricesOf({ ...of, own: { input: { nanos: 7 }, cacheRead: null } }, WALL_MS)).toEqual({
    input: { nanos: 7 },
    output: { nanos: 8e9 },
  });
  expect(pricesOf({ provider: 'vllm', model: 'm', own: {} }, WALL_MS)).toEqual({});
});
