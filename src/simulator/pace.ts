import type { Random } from '#core/random.ts';
import type { Latency } from '#simulator/config.ts';
import { drawLognormal, drawUniform } from '#simulator/draw.ts';

/** How fast one answer comes. Token 0 is due after `firstTokenMs`, the next ones evenly after it. */
export interface Pace {
  readonly firstTokenMs: number;
  readonly msPerToken: number;
}

export const drawPace = (latency: Latency, promptTokens: number, random: Random): Pace => ({
  firstTokenMs:
    drawLognormal(latency.ttftMs, random) +
    (1000 * promptTokens) / (latency.promptTokensPerS ?? Infinity),
  msPerToken: 1000 / drawUniform(latency.tokensPerS, random),
});

/** When token `index` is due, ms after the call began. */
export const dueMs = (pace: Pace, index: number): number =>
  pace.firstTokenMs + index * pace.msPerToken;

/** How many tokens, of `total`, are out `elapsedMs` after the call began. */
export const tokensDue = (pace: Pace, elapsedMs: number, total: number): number => {
  if (total === 0 || elapsedMs < pace.firstTokenMs) return 0;
  if (pace.msPerToken === 0) return total;
  return Math.min(total, 1 + Math.floor((elapsedMs - pace.firstTokenMs) / pace.msPerToken));
};
