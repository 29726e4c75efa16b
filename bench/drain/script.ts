/** What a prompt looks like to somebody who counts its bytes and not the vendor's tokens. */
import type { Random } from '#core/random.ts';
import { lognormal } from '#core/draws.ts';

export type Script = 'prose' | 'code' | 'japanese';

/**
 * A first guess takes `bytesPerToken` of each; the vendor counts `ratio` times that many, more or
 * less. Code has shorter tokens than prose of the same letters, Japanese three bytes a character.
 */
const SCRIPTS: Readonly<Record<Script, { share: number; bytesPerToken: number; ratio: number }>> = {
  prose: { share: 0.5, bytesPerToken: 4, ratio: 0.85 },
  code: { share: 0.25, bytesPerToken: 4, ratio: 1.3 },
  japanese: { share: 0.25, bytesPerToken: 3, ratio: 1.05 },
};

/** How far single prompts are from their script's ratio, and the ratios that none goes beyond. */
const SPREAD_SIGMA = 0.12;
const LEAST_RATIO = 0.7;
const MOST_RATIO = 1.6;

export interface PromptText {
  readonly script: Script;
  /** UTF-8. */
  readonly promptBytes: number;
}

/** A text that the vendor counts as `promptTokens`. */
export const drawText = (random: Random, promptTokens: number): PromptText => {
  const script = drawScript(random);
  const { bytesPerToken, ratio } = SCRIPTS[script];
  const own = Math.min(MOST_RATIO, Math.max(LEAST_RATIO, lognormal(random, ratio, SPREAD_SIGMA)));
  return { script, promptBytes: Math.round((promptTokens * bytesPerToken) / own) };
};

/** A text without a secret: the first guess is what the vendor counts. */
export const plainText = (promptTokens: number): PromptText => ({
  script: 'prose',
  promptBytes: promptTokens * SCRIPTS.prose.bytesPerToken,
});

const drawScript = (random: Random): Script => {
  const u = random();
  if (u < SCRIPTS.prose.share) return 'prose';
  return u < SCRIPTS.prose.share + SCRIPTS.code.share ? 'code' : 'japanese';
};
