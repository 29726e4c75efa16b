import type { Deployment } from '#config/loaded.ts';
import { costOf } from '#core/price.ts';
import { pricesOf } from '#providers/models.ts';

/** More than a vendor counts for one short word, whatever it puts around it. */
const MOST_INPUT_TOKENS = 50;
const MOST_OUTPUT_TOKENS = 1;

const mostUsed = ({ modelInfo }: Deployment): { inputTokens: number; outputTokens: number } => ({
  inputTokens: MOST_INPUT_TOKENS,
  outputTokens: modelInfo['mode'] === 'embedding' ? 0 : MOST_OUTPUT_TOKENS,
});

/** What asking all of them once costs at most, in words; by the prices of a date, Unix epoch ms. */
export const liveCost = (deployments: readonly Deployment[], wallMs: number): string => {
  const each = deployments.map((one) => costOf(pricesOf(one.pricing, wallMs), mostUsed(one)));
  const unpriced = each.filter((one) => one === undefined);
  const nanos = each.reduce<number>((sum, one) => sum + (one ?? 0), 0);
  const count = deployments.length;
  const tokens = `at most ${count * MOST_INPUT_TOKENS} tokens in and ${count * MOST_OUTPUT_TOKENS} out`;
  const money =
    unpriced.length === count
      ? 'No price of theirs is known, and so is not what this comes to.'
      : `That is at most ${dollars(nanos)}${unpriced.length === 0 ? '' : ` for those whose price is known; ${unpriced.length} have none`}.`;
  return `Asking ${count === 1 ? 'one deployment' : `${count} deployments`} once each takes ${tokens}. ${money}`;
};

const dollars = (nanos: number): string =>
  `$${(nanos / 1e9).toLocaleString('en-US', { maximumSignificantDigits: 2 })}`;
