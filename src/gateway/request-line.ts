import { plainTokens } from '#balancer/estimate.ts';
import type { JsonObject } from '#core/json.ts';
import type { Over } from '#gateway/call.ts';

/** Longest text of an error in a line, characters. */
const ERROR_CHARS = 300;
const DOLLAR_NANOS = 1e9;

/** A request that is over, as one line of a log: shown live, kept, and replayed by `plan`. */
export const requestLine = ({ decision, call }: Over): JsonObject => {
  const record = decision.toJSON();
  const { key, user } = decision.tenant;
  const last = record.attempts.at(-1);
  const demand = call?.progress.asked?.demand;
  return {
    time: new Date(record.at).toISOString(),
    id: record.id,
    group: record.group,
    asked_model: record.asked ?? null,
    fallback: record.fallback ?? null,
    deployment: last?.deployment ?? null,
    status: record.status ?? null,
    key,
    user,
    priority: call?.priority ?? null,
    stream: call?.body['stream'] === true,
    input_tokens: record.tokensIn ?? null,
    estimated_input_tokens: demand ? Math.ceil(plainTokens(demand)) : null,
    output_tokens: record.tokensOut ?? null,
    cost_usd: record.costNanos === undefined ? null : record.costNanos / DOLLAR_NANOS,
    usage_estimated: record.usageEstimated ?? false,
    max_output_tokens: demand?.maxOutputTokens ?? null,
    queue_ms: record.queueMs,
    first_ms: last?.firstMs ?? null,
    total_ms: record.totalMs ?? null,
    attempts: decision.attempts,
    error: decision.error?.slice(0, ERROR_CHARS) ?? null,
  };
};
