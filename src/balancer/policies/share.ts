import {
  atHome,
  inFlightOf,
  leastLoaded,
  pickWeighted,
  runCallsOf,
} from '#balancer/policies/pick.ts';
import type { Candidate, Choice } from '#balancer/policies/policy.ts';

export type Share = (candidate: Candidate) => number;

const EVEN: Share = () => 1;

/** What a config may state of shares, in the order in which it is asked. */
const STATED: readonly Share[] = [
  ({ weight = 0 }) => weight,
  ({ rpm = 0 }) => rpm,
  ({ tpm = 0 }) => tpm,
];

/**
 * The first of weight, rpm and tpm that any row states is everybody's share; a row that lacks it
 * has none and is drawn only when no other can take the request, as in LiteLLM.
 */
export const shareOf = (candidates: readonly Candidate[]): Share => {
  for (const share of STATED)
    for (const candidate of candidates) if (share(candidate) > 0) return share;
  return EVEN;
};

/** A count relative to the share. A row without a share is the last resort, however idle it is. */
const relativeTo =
  (share: Share, count: Share): Share =>
  (candidate) =>
    share(candidate) > 0 ? count(candidate) / share(candidate) : Infinity;

/**
 * Weighted random among those with the fewest calls under way relative to their share, and of those
 * among the ones that the same run has used the least.
 */
export const pickByShare = ({ candidates, random }: Choice): Candidate => {
  if (candidates.length === 1) return candidates[0]!;
  const share = shareOf(candidates);
  const isEven = share === EVEN;
  const idlest = leastLoaded(candidates, isEven ? inFlightOf : relativeTo(share, inFlightOf));
  const apart = leastLoaded(idlest, isEven ? runCallsOf : relativeTo(share, runCallsOf));
  return pickWeighted({ candidates: atHome(apart), random }, share);
};
