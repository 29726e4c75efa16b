import { AttemptsError } from '#balancer/attempts-error.ts';
import type { Bid } from '#balancer/bid.ts';
import type { Out } from '#balancer/eligible.ts';
import { type OwnLack, ownLackText } from '#balancer/own-side.ts';
import type { Routed } from '#balancer/route.ts';
import { SpillwayError } from '#core/errors.ts';

/** Its time in line would run out first. The wait is the computed one. */
export const noTimeLeft = (of: {
  readonly group: string;
  readonly routed: Routed;
  readonly predictedMs: number;
  /** How long it might have waited, ms. */
  readonly leftMs: number;
}): SpillwayError => {
  const { group, routed, predictedMs, leftMs } = of;
  const waits = routed.out
    .filter(({ waitMs }) => waitMs !== undefined && waitMs !== Infinity)
    .toSorted((a, b) => a.waitMs! - b.waitMs!)
    .slice(0, 3)
    .map(({ name, waitMs }) => `${name} in ${duration(waitMs!)}`);
  const room = waits.length > 0 ? ` (room: ${waits.join(', ')})` : '';
  return new SpillwayError(
    'rate_limited',
    `All deployments of ${group} are at their limits${room}. This request's turn comes in about ` +
      `${duration(predictedMs)} and ${patience(leftMs)}. Try again then, wait longer with ` +
      'x-queue-timeout, or add a key.',
    { retryAfterMs: Math.max(1, Math.ceil(predictedMs)) },
  );
};

/** Its own side has no room in time. The wait is an estimate: calls end when they end. */
export const ownSideFull = (of: {
  readonly lack: OwnLack;
  readonly predictedMs: number;
  /** How long it might have waited, ms. */
  readonly leftMs: number;
}): SpillwayError => {
  const { lack, predictedMs, leftMs } = of;
  return new SpillwayError(
    'rate_limited',
    `${ownLackText(lack)}. This request's turn comes in about ${duration(predictedMs)} and ` +
      `${patience(leftMs)}. Try again then, send fewer at a time, or raise the setting.`,
    { retryAfterMs: Math.max(1, Math.ceil(predictedMs)) },
  );
};

/** No deployment's limit is as large as this one request. */
export const tooLargeForAll = (group: string, bids: readonly Bid[]): SpillwayError => {
  const [bid] = bids;
  const size = bid ? ` (about ${bid.size.inputTokens} tokens in${outOf(bid)})` : '';
  return new SpillwayError(
    'too_large',
    `This request${size} is larger than the whole limit of every deployment of ${group}: no wait ` +
      'will help. Send less, lower max_tokens, or raise the limits.',
    { isFinal: true },
  );
};

const outOf = ({ size: { maxOutputTokens: most, choices } }: Bid): string => {
  if (most === undefined) return '';
  return choices > 1 ? `, ${choices} answers of ${most} out` : `, ${most} out`;
};

/** What a deployment is or is not, whatever its limits and its health say. */
const LACKS: ReadonlySet<Out['reason']> = new Set(['context', 'ability', 'region', 'tags']);

/** Those that have been tried are none the less out of money, if the others are. */
const FOR_MONEY: ReadonlySet<Out['reason']> = new Set(['budget']);

/** Nobody can take it, now or later. Where that is for what the request asks, it has LiteLLM's status for it. */
export const noDeployment = (out: Routed['out']): SpillwayError => {
  const named = out.slice(0, 5).map(({ name, why }) => `${name}: ${why}`);
  const why = named.length > 0 ? ` (${named.join(', ')})` : '';
  const reasons = new Set(out.map(({ reason }) => reason));
  if (reasons.size > 0 && reasons.isSubsetOf(FOR_MONEY))
    return new SpillwayError(
      'over_budget',
      `No deployments available - crossed budget${why}. Raise max_budget or provider_budget_config, or wait until they begin anew.`,
    );
  if (reasons.size === 0 || !reasons.isSubsetOf(LACKS))
    return new SpillwayError(
      'no_deployment',
      `No deployments available for selected model${why}. Try again later, or add a deployment to the group.`,
    );
  if (reasons.has('context')) return tooLong(why);
  if (reasons.size === 1 && reasons.has('tags'))
    return new SpillwayError(
      'forbidden',
      `Not allowed to access model due to tags configuration${why}. Send other tags, or tag a deployment so.`,
      { status: 401 },
    );
  return new SpillwayError(
    'invalid_request',
    `No deployment of this model can do what is asked${why}. Ask for less, or ask another model.`,
  );
};

const tooLong = (why: string): SpillwayError => {
  const message = `The prompt is too long for every deployment of this model${why}; send less of it.`;
  const error = new SpillwayError('invalid_request', message, { param: 'messages' });
  return new AttemptsError({ kind: 'context-length', error });
};

const patience = (leftMs: number): string =>
  leftMs > 0 ? `it may wait ${duration(leftMs)}` : 'it has waited as long as it may';

/** Rounded up: who comes back then does not come too early. */
const duration = (ms: number): string => {
  if (ms < 120_000) return `${Math.ceil(ms / 100) / 10} s`;
  if (ms < 7_200_000) return `${Math.ceil(ms / 60_000)} min`;
  return `${Math.ceil(ms / 360_000) / 10} h`;
};
