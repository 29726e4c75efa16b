import type { ExplainedLimit, ExplainedRow } from '#balancer/explanation.ts';
import type { SpillwayError } from '#core/errors.ts';
import type { JsonObject } from '#core/json.ts';
import type { Foreseen } from '#gateway/foresee.ts';
import { ownLackJson } from '#gateway/own-lack-json.ts';
import type { Pass } from '#keys/pass.ts';
import type { Prospect } from '#keys/prospect.ts';

const DOLLAR_NANOS = 1_000_000_000;

/** What would become of a request, as the API shows it: seconds, dollars, `null` for what is not known. */
export const explanationJson = (
  { fate, place, groups, prospect }: Foreseen,
  policy: string,
  pass?: Pass,
): JsonObject => {
  const chosen = fate.verdict === 'now' ? fate.choice : undefined;
  const row = groups.flatMap(({ rows }) => rows).find(({ row: { name } }) => name === chosen);
  return {
    verdict: fate.verdict,
    choice: chosen ?? null,
    policy,
    predicted_wait_s: fate.verdict === 'now' ? 0 : seconds(place.predictedMs),
    may_wait_s: seconds(place.leftMs),
    cost_usd: row === undefined ? null : dollars(row.likelyNanos),
    most_cost_usd: row === undefined ? null : dollars(row.mostNanos),
    ...(fate.verdict === 'refused' && {
      error: errorJson(fate.error),
    }),
    caller: prospect ? callerJson(prospect, pass) : null,
    queue: {
      requests: place.requests,
      tokens: place.tokens,
      tokens_ahead: place.aheadTokens,
      ahead: place.ahead.map(({ key, tokens }) => ({ key, tokens })),
      waits_for: fate.verdict === 'now' ? [] : [...place.accounts],
      dimension: fate.verdict === 'now' ? null : (place.dimension ?? null),
      own: place.own ? ownLackJson(place.own) : null,
    },
    groups: groups.map(({ group, rows }) => ({
      group,
      deployments: rows.map((one) => rowJson(one, chosen)),
    })),
  };
};

const errorJson = ({ code, status, message, retryAfterMs }: SpillwayError): JsonObject => ({
  code,
  status,
  message,
  retry_after_s: seconds(retryAfterMs),
});

/** Those who would pay: what their limits and budgets have left for it. */
const callerJson = (prospect: Prospect, pass: Pass | undefined): JsonObject => ({
  key: pass?.key.token ?? null,
  waits_at_limits: prospect.waits,
  most_cost_usd: dollars(prospect.mostNanos),
  limits: prospect.limits.map(({ descriptor, label, dimension, amount, windowMs, ...limit }) => ({
    of: descriptor,
    who: label,
    dimension,
    limit: amount,
    window_s: seconds(windowMs),
    level: Math.floor(limit.level),
    takes: limit.takes,
    wait_s: seconds(limit.waitMs),
  })),
  budgets: prospect.budgets.map(({ bound, hasRoom }) => ({
    of: bound.purse.payment.kind,
    who: bound.label,
    limit_usd: dollars(bound.maxNanos),
    spent_usd: dollars(bound.purse.spentNanos),
    reserved_usd: dollars(bound.purse.reservedNanos),
    resets_at: bound.resetMs === undefined ? null : new Date(bound.resetMs).toISOString(),
    has_room: hasRoom,
  })),
});

const rowJson = (explained: ExplainedRow, chosen: string | undefined): JsonObject => {
  const { row, out, size, limits, model } = explained;
  const { latency } = row;
  return {
    deployment: row.name,
    model,
    state: out ? 'out' : row.name === chosen ? 'chosen' : 'candidate',
    out: out ? { reason: out.reason, why: out.why } : null,
    wait_s: seconds(row.waitMs),
    in_flight: row.inFlight,
    order: row.order ?? null,
    weight: row.weight ?? null,
    first_token_s: seconds(latency?.firstMs),
    cached_tokens: row.cachedTokens,
    input_tokens: size.inputTokens,
    output_tokens: size.expectedOutputTokens * size.choices,
    most_output_tokens:
      size.maxOutputTokens === undefined ? null : size.maxOutputTokens * size.choices,
    cost_usd: dollars(explained.likelyNanos),
    most_cost_usd: dollars(explained.mostNanos),
    limits: limits.map(limitJson),
  };
};

const limitJson = (limit: ExplainedLimit): JsonObject => ({
  pool: limit.account,
  dimension: limit.dimension,
  limit: limit.amount,
  window_s: seconds(limit.windowMs),
  capacity: limit.capacity,
  level: Math.floor(limit.level),
  takes: limit.cost,
  known_from: limit.source,
});

/** `null` stands for never, or for what is not known. */
const seconds = (ms: number | undefined): number | null =>
  ms === undefined || !Number.isFinite(ms) ? null : Math.round(ms) / 1000;

const dollars = (nanos: number | undefined): number | null =>
  nanos === undefined ? null : nanos / DOLLAR_NANOS;
