import { describe, expect, test } from 'vitest';
import { type CallSize, type Charging, settledCost, upFrontCost } from '#simulator/charging.ts';
import { profileNamed } from '#simulator/profiles/index.ts';

const size: CallSize = {
  characters: 4001,
  otherTokens: 85,
  promptTokens: 1200,
  cachedTokens: 900,
  choices: 2,
  maxOutputTokens: 500,
};
const rules: Charging = {
  prompt: 'chars4',
  promptRatio: 1,
  output: 'max_tokens',
  defaultMax: 16,
  combine: 'sum',
  settle: 'none',
  cachedFree: false,
};
const upFront = (changes: Partial<Charging> = {}, of: Partial<CallSize> = {}) =>
  upFrontCost({ ...size, ...of }, { ...rules, ...changes });

describe('a charge up front', () => {
  test('is the prompt by its characters and the bound of each answer', () => {
    expect(upFront()).toEqual({ requests: 1, input: 1086, output: 1000, tokens: 2086 });
    expect(upFront({ combine: 'max' }).tokens).toBe(1086);
    expect(upFront({}, { maxOutputTokens: undefined }).output).toBe(32);
  });

  test('is more or less than that by a ratio that nobody tells', () => {
    expect(upFront({ promptRatio: 1.6 }).input).toBe(Math.ceil(1.6 * 1000.25) + 85);
    expect(upFront({ prompt: 'tokens', promptRatio: 0.7 }).input).toBe(840 + 85);
  });

  test('leaves out what a cache holds, where that is free', () => {
    expect(upFront({ prompt: 'tokens', cachedFree: true }).input).toBe(300 + 85);
  });

  test('leaves out an answer that is counted when it has ended', () => {
    expect(upFront({ output: 'actual' })).toMatchObject({ output: 0, tokens: 1086 });
  });
});

describe('settlement', () => {
  const settled = (changes: Partial<Charging>, outputTokens: number) =>
    settledCost(size, { ...rules, ...changes }, { upFront: upFront(changes), outputTokens });

  test('is none, or brings back what was not used, or adds what was used beyond', () => {
    expect(settled({ settle: 'none' }, 10)).toEqual(upFront());
    expect(settled({ settle: 'refund_unused' }, 10)).toEqual({
      requests: 1,
      input: 1285,
      output: 10,
      tokens: 1295,
    });
    expect(settled({ settle: 'add_actual' }, 10)).toMatchObject({ output: 1000, tokens: 2086 });
    expect(settled({ settle: 'add_actual', output: 'actual' }, 10).tokens).toBe(1295);
  });

  test('of 10,000 tokens that count five each leaves half of 100,000', () => {
    const { charging } = profileNamed('bedrock');
    const call = { ...size, characters: 0, promptTokens: 0, cachedTokens: 0, otherTokens: 0 };
    const one = { ...call, choices: 1, maxOutputTokens: 20_000 };
    const before = upFrontCost(one, charging);
    expect(before.tokens).toBe(20_000);
    const after = settledCost(one, charging, { upFront: before, outputTokens: 10_000 });
    expect(after.tokens).toBe(50_000);
  });
});
