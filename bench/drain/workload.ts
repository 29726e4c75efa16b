/** What one request is like: the heavy-tailed mix of short chats, retrieval and long documents. */
import { type Random, seededRandom } from '#core/random.ts';
import { boundedPareto, exponential, lognormal } from '#core/draws.ts';

export interface Call {
  /** What the vendor counts. */
  readonly promptTokens: number;
  readonly maxOutputTokens: number;
  readonly outputTokens: number;
  /** From the vendor's yes to the first byte, and to the last. */
  readonly firstByteMs: number;
  readonly durationMs: number;
}

const LARGEST_PROMPT_TOKENS = 120_000;
const SMALLEST_PROMPT_TOKENS = 20;
const OUTPUT_TOKENS = { median: 250, sigma: 0.9 };
const PROMPT_TOKENS_PER_S = 12_000;

const either = (random: Random, a: number, b: number): number => (random() < 0.5 ? a : b);

const drawSize = (random: Random): { prompt: number; maxOutputTokens: number } => {
  const kind = random();
  if (kind < 0.65) {
    return { prompt: lognormal(random, 700, 0.8), maxOutputTokens: either(random, 512, 1024) };
  }
  if (kind < 0.95) {
    return { prompt: lognormal(random, 5000, 0.6), maxOutputTokens: either(random, 1024, 2048) };
  }
  const prompt = boundedPareto(random, { low: 10_000, high: LARGEST_PROMPT_TOKENS, alpha: 1.2 });
  return { prompt, maxOutputTokens: 4096 };
};

/** The order of the draws is part of the workload: published figures were made with it. */
export const drawCall = (random: Random): Call => {
  const { prompt, maxOutputTokens } = drawSize(random);
  const promptTokens = Math.min(
    LARGEST_PROMPT_TOKENS,
    Math.max(SMALLEST_PROMPT_TOKENS, Math.round(prompt)),
  );
  const answer = Math.round(lognormal(random, OUTPUT_TOKENS.median, OUTPUT_TOKENS.sigma));
  const outputTokens = Math.max(1, Math.min(maxOutputTokens, answer));
  const firstByteS = 0.25 + promptTokens / PROMPT_TOKENS_PER_S + 0.1 * exponential(random);
  const durationS = firstByteS + outputTokens / (40 + 40 * random());
  return {
    promptTokens,
    maxOutputTokens,
    outputTokens,
    firstByteMs: 1000 * firstByteS,
    durationMs: 1000 * durationS,
  };
};

/** What vendors charge before a call runs, and what it came to in the end, tokens. */
export const upfrontTokens = (call: Call): number => call.promptTokens + call.maxOutputTokens;
export const usedTokens = (call: Call): number => call.promptTokens + call.outputTokens;

export interface MeanTokens {
  readonly upfront: number;
  readonly used: number;
}

const measureMean = (): MeanTokens => {
  const calls = 400_000;
  const random = seededRandom(99);
  let upfront = 0;
  let used = 0;
  for (let i = 0; i < calls; i++) {
    const call = drawCall(random);
    upfront += upfrontTokens(call);
    used += usedTokens(call);
  }
  return { upfront: upfront / calls, used: used / calls };
};

/** Of one call. Loads and request limits are stated in units of it. */
export const MEAN_TOKENS = measureMean();
