import type { AttemptRecord, TenantTokens, WaitRecord } from '#balancer/decision-record.ts';
import type { JsonObject } from '#core/json.ts';
import { ownLackJson } from '#gateway/own-lack-json.ts';
import type { Remembered } from '#gateway/decision-store.ts';

const DOLLAR_NANOS = 1e9;

/** A decision as the API shows it: seconds, `null` for what is not known. */
export const decisionJson = ({ decision, error }: Remembered): JsonObject => {
  const { candidates, levels } = decision;
  return {
    id: decision.id,
    time: new Date(decision.at).toISOString(),
    group: decision.group,
    asked_model: decision.asked ?? null,
    fallback: decision.fallback ?? null,
    policy: decision.policy,
    tenant: decision.tenant,
    status: decision.status ?? null,
    error: error ?? null,
    total_s: seconds(decision.totalMs),
    queue_s: seconds(decision.queueMs),
    input_tokens: decision.tokensIn ?? null,
    output_tokens: decision.tokensOut ?? null,
    cost_usd: decision.costNanos === undefined ? null : decision.costNanos / DOLLAR_NANOS,
    usage_estimated: decision.usageEstimated ?? false,
    dropped: [...(decision.dropped ?? [])],
    wait: decision.wait ? waitJson(decision.wait) : null,
    candidates: candidates.map((deployment, i) => {
      const level = levels[i];
      if (!level) return { deployment, scarcest: null };
      const [dimension, left, capacity] = level;
      return { deployment, scarcest: { dimension, level: left, capacity } };
    }),
    out: [...decision.out],
    attempts: decision.attempts.map(attemptJson),
  };
};

const waitJson = (wait: WaitRecord): JsonObject => ({
  in_vain: wait.inVain ?? false,
  pool: wait.pool ?? null,
  dimension: wait.dimension ?? null,
  own: wait.own ? ownLackJson(wait.own) : null,
  takes_tokens: wait.weight,
  predicted_s: seconds(wait.predictedMs),
  might_wait_s: seconds(wait.leftMs),
  room: wait.room.map(([deployment, ms]) => ({ deployment, in_s: seconds(ms) })),
  requests_in_line: wait.requests,
  tokens_ahead: wait.aheadTokens,
  ahead: tenantsJson(wait.ahead),
  used: tenantsJson(wait.used),
  used_elsewhere: wait.usedElsewhere,
});

const tenantsJson = (all: readonly TenantTokens[]): JsonObject[] =>
  all.map(([tenant, tokens]) => ({ tenant, tokens }));

const attemptJson = (attempt: AttemptRecord): JsonObject => ({
  deployment: attempt.deployment,
  start_s: seconds(attempt.startMs),
  first_s: seconds(attempt.firstMs),
  end_s: seconds(attempt.endMs),
  outcome: attempt.outcome ?? null,
  status: attempt.status ?? null,
  refusal: attempt.refusal ? refusalJson(attempt.refusal) : null,
});

const refusalJson = (refusal: NonNullable<AttemptRecord['refusal']>): JsonObject => ({
  class: refusal.class,
  dimension: refusal.dimension ?? null,
  limit: refusal.limit ?? null,
  used: refusal.used ?? null,
  requested: refusal.requested ?? null,
  retry_s: seconds(refusal.retryMs),
});

const seconds = (ms: number | undefined): number | null =>
  ms === undefined ? null : Math.round(ms) / 1000;
