import type { Explanation, ExplainedLimit, ExplainedRow } from '#balancer/explanation.ts';
import type { JsonObject } from '#core/json.ts';

const DOLLAR_NANOS = 1_000_000_000;

/** What would become of a request, as the API shows it: seconds, dollars, `null` for what is not known. */
export const explanationJson = (
  { fate, place, groups }: Explanation,
  policy: string,
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
      error: { code: fate.error.code, status: fate.error.status, message: fate.error.message },
    }),
    queue: {
      requests: place.requests,
      tokens: place.tokens,
      tokens_ahead: place.aheadTokens,
      ahead: place.ahead.map(({ key, tokens }) => ({ key, tokens })),
      waits_for: fate.verdict === 'now' ? [] : [...place.accounts],
    },
    groups: groups.map(({ group, rows }) => ({
      group,
      deployments: rows.map((one) => rowJson(one, chosen)),
    })),
  };
};

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
