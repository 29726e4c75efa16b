import type { Bid } from '#balancer/bid.ts';
import type { OwnCharge } from '#balancer/own-side.ts';
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
    .map(({ name, waitMs }) => `${name} in ${seconds(waitMs!)}`);
  const room = waits.length > 0 ? ` (room: ${waits.join(', ')})` : '';
  return new SpillwayError(
    'rate_limited',
    `All deployments of ${group} are at their limits${room}. This request's turn comes in about ` +
      `${seconds(predictedMs)} and ${patience(leftMs)}. Try again then, wait longer with ` +
      'x-queue-timeout, or add a key.',
    { retryAfterMs: Math.max(1, Math.ceil(predictedMs)) },
  );
};

/** Its own side has no room in time. The wait is an estimate: calls end when they end. */
export const ownSideFull = (of: {
  readonly charge: OwnCharge;
  readonly predictedMs: number;
  /** How long it might have waited, ms. */
  readonly leftMs: number;
}): SpillwayError => {
  const { charge, predictedMs, leftMs } = of;
  return new SpillwayError(
    'rate_limited',
    `As many requests are under way as ${charge.setting} allows. This request's turn comes in about ` +
      `${seconds(predictedMs)} and ${patience(leftMs)}. Try again then, send fewer at a time, or ` +
      'raise the setting.',
    { retryAfterMs: Math.max(1, Math.ceil(predictedMs)) },
  );
};

/** No deployment's limit is as large as this one request. */
export const tooLargeForAll = (group: string, bids: readonly Bid[]): SpillwayError => {
  const [bid] = bids;
  const output = bid?.size.maxOutputTokens;
  const size = bid
    ? ` (about ${bid.size.inputTokens} tokens in${output === undefined ? '' : `, ${output} out`})`
    : '';
  return new SpillwayError(
    'too_large',
    `This request${size} is larger than the whole limit of every deployment of ${group}: no wait ` +
      'will help. Send less, lower max_tokens, or raise the limits.',
  );
};

/** Nobody can take it, now or later. */
export const noDeployment = (out: Routed['out']): SpillwayError => {
  const why = out.slice(0, 5).map(({ name, why }) => `${name}: ${why}`);
  return new SpillwayError(
    'no_deployment',
    `No deployments available for selected model${why.length > 0 ? ` (${why.join(', ')})` : ''}. ` +
      'Try again later, or add a deployment to the group.',
  );
};

const patience = (leftMs: number): string =>
  leftMs > 0 ? `it may wait ${seconds(leftMs)}` : 'it has waited as long as it may';

const seconds = (ms: number): string => `${Math.ceil(ms / 100) / 10} s`;
