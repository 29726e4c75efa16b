import { costNanos } from '#balancer/member.ts';
import type { Deployment } from '#config/loaded.ts';

/** More than a vendor counts for one short word, whatever it puts around it. */
const MOST_INPUT_TOKENS = 50;
const MOST_OUTPUT_TOKENS = 1;

/** What asking all of them once costs at most, in words. */
export const liveCost = (deployments: readonly Deployment[]): string => {
  const unpriced = deployments.filter((one) => nanosOf(one) === undefined);
  const nanos = deployments.reduce((sum, one) => sum + (nanosOf(one) ?? 0), 0);
  const count = deployments.length;
  const tokens = `at most ${count * MOST_INPUT_TOKENS} tokens in and ${count * MOST_OUTPUT_TOKENS} out`;
  const money =
    unpriced.length === count
      ? 'The config has no prices, so that what this comes to is not known.'
      : `That is at most ${dollars(nanos)}${unpriced.length === 0 ? '' : ` for those with a price in the config; ${unpriced.length} have none`}.`;
  return `Asking ${count === 1 ? 'one deployment' : `${count} deployments`} once each takes ${tokens}. ${money}`;
};

const nanosOf = (deployment: Deployment): number | undefined => {
  const { inputNanosPerMillion, outputNanosPerMillion } = deployment;
  if (inputNanosPerMillion === undefined && outputNanosPerMillion === undefined) return undefined;
  return costNanos(
    {
      inputNanosPerMillion: inputNanosPerMillion ?? 0,
      outputNanosPerMillion: outputNanosPerMillion ?? 0,
    },
    {
      inputTokens: MOST_INPUT_TOKENS,
      expectedOutputTokens: MOST_OUTPUT_TOKENS,
      choices: 1,
    },
  );
};

const dollars = (nanos: number): string =>
  `$${(nanos / 1e9).toLocaleString('en-US', { maximumSignificantDigits: 2 })}`;
