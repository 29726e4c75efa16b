import { describe, expect, test } from 'vitest';
import type { CallSize, Cost } from '#core/quota.ts';
import { findProvider } from '#providers/index.ts';

const SIZE: CallSize = { inputTokens: 1000, expectedOutputTokens: 300, choices: 2 };
const CAPPED: CallSize = { ...SIZE, maxOutputTokens: 500 };
const USAGE = { inputTokens: 900, outputTokens: 80, cachedTokens: 800 };

describe('what a call of 1000 tokens, two answers of 300, at most 500 each, costs', () => {
  test.each<[string, Cost, Cost, Cost]>([
    ['openai', { tokens: 1600 }, { tokens: 2000 }, { tokens: 2000 }],
    ['azure', { tokens: 1600 }, { tokens: 2000 }, { tokens: 2000 }],
    [
      'anthropic',
      { input: 1000, output: 2 * 4096 },
      { input: 1000, output: 1000 },
      { input: 100, output: 80 },
    ],
    ['gemini', { input: 1000 }, { input: 1000 }, { input: 900 }],
    ['bedrock', { tokens: 1600 }, { tokens: 2000 }, { tokens: 180 }],
    ['mistral', { tokens: 1600 }, { tokens: 1600 }, { tokens: 980 }],
    ['groq', { tokens: 1600 }, { tokens: 2000 }, { tokens: 1200 }],
    ['hosted_vllm', { tokens: 1600 }, { tokens: 1600 }, { tokens: 980 }],
  ])('%s', (name, open, capped, used) => {
    const { quota } = findProvider(name)!;
    expect(quota.charge(SIZE, 'm')).toEqual({ requests: 1, ...open });
    expect(quota.charge(CAPPED, 'm')).toEqual({ requests: 1, ...capped });
    expect(quota.settle(quota.charge(CAPPED, 'm'), USAGE, 'm')).toEqual({ requests: 1, ...used });
  });
});

describe('models whose output burns a quota down five times as fast', () => {
  const { quota } = findProvider('bedrock')!;

  test.each([
    ['anthropic.claude-sonnet-4-20250514-v1:0', 5],
    ['us.anthropic.claude-opus-4-1-20250805-v1:0', 5],
    ['global.anthropic.claude-haiku-4-5-20251001-v1:0', 5],
    ['anthropic.claude-3-7-sonnet-20250219-v1:0', 5],
    ['anthropic.claude-3-5-sonnet-20241022-v2:0', 1],
    ['anthropic.claude-3-haiku-20240307-v1:0', 1],
    ['amazon.nova-pro-v1:0', 1],
    ['meta.llama4-maverick-17b-instruct-v1:0', 1],
  ])('%s: %d', (model, burndown) => {
    const used = { inputTokens: 0, outputTokens: 10_000 };
    expect(quota.settle({ requests: 1, tokens: 12_000 }, used, model).tokens).toBe(
      10_000 * burndown,
    );
  });

  test('what is reserved covers both the bound and what will be burnt', () => {
    const size = { inputTokens: 100, expectedOutputTokens: 200, choices: 1 };
    const model = 'anthropic.claude-sonnet-4-20250514-v1:0';
    expect(quota.charge({ ...size, maxOutputTokens: 4096 }, model).tokens).toBe(100 + 4096);
    expect(quota.charge({ ...size, maxOutputTokens: 300 }, model).tokens).toBe(100 + 5 * 200);
    expect(quota.charge({ ...size, maxOutputTokens: 50 }, model).tokens).toBe(100 + 5 * 50);
    expect(quota.charge(size, model).tokens).toBe(100 + 5 * 200);
  });
});

test('a reply that claims more from the cache than was sent costs nothing, not less', () => {
  const odd = { inputTokens: 10, outputTokens: 0, cachedTokens: 500 };
  for (const name of ['anthropic', 'groq', 'bedrock'])
    for (const [, taken] of Object.entries(findProvider(name)!.quota.settle({}, odd, 'm')))
      expect(taken).toBe(0);
});
