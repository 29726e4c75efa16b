import { exponential, lognormal } from '#core/draws.ts';
import { seededRandom } from '#core/random.ts';
import type { Call } from '../drain/workload.ts';
import { HEALTHY_TPM } from './keys.ts';

export interface StormRequest extends Call {
  /** Its place in the trace. */
  readonly index: number;
  readonly atMs: number;
}

export const TRACE_MS = 1_500_000;

/** Offered tokens of what the healthy keys can take. */
const LOAD = 0.8;
const BOUND = 512;
const PROMPT = { median: 500, sigma: 0.6 };
const ANSWER = { median: 150, sigma: 0.5 };
const FIRST_MS = { median: 400, sigma: 0.4 };
const MEAN_TOKENS = PROMPT.median * Math.exp(PROMPT.sigma ** 2 / 2) + BOUND;

/** Short chats at a steady rate: the same ones for every contender. */
export const createTrace = (seed: number, traceMs = TRACE_MS): StormRequest[] => {
  const random = seededRandom(seed);
  const perMs = (LOAD * HEALTHY_TPM) / MEAN_TOKENS / 60_000;
  const requests: StormRequest[] = [];
  for (let atMs = 0; ;) {
    atMs += exponential(random) / perMs;
    if (atMs > traceMs) return requests;
    const promptTokens = Math.ceil(lognormal(random, PROMPT.median, PROMPT.sigma));
    const outputTokens = Math.min(BOUND, Math.ceil(lognormal(random, ANSWER.median, ANSWER.sigma)));
    const firstByteMs = lognormal(random, FIRST_MS.median, FIRST_MS.sigma);
    const durationMs = firstByteMs + outputTokens * 15;
    requests.push({
      index: requests.length,
      atMs,
      promptTokens,
      outputTokens,
      maxOutputTokens: BOUND,
      firstByteMs,
      durationMs,
    });
  }
};
