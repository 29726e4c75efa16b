import { z } from '#core/schema.ts';

/** What the console is told, as the API documents it: seconds, dollars, `null` for what is not known. */

const text = z.string();
const amount = z.number();
const maybe = amount.nullable();

export const sessionReply = z.object({
  signed_in: z.boolean(),
  /** Whether there is a key to be asked for. */
  needs_key: z.boolean(),
  /** To be sent as the header `x-spillway-csrf` with every request. */
  csrf: text.nullable(),
  version: text,
  /** The vendor is played: nothing costs money. */
  demo: z.boolean(),
  /** What they may do here; `null` where nobody is signed in. */
  role: text.nullable(),
  user_id: text.nullable(),
  /** What to call them; `null` for whoever has the master key. */
  name: text.nullable(),
  /** Whether keys, people and money are kept here. */
  keeps: z.boolean(),
  /** In which money is shown, and what a dollar is in it. */
  currency: z.object({ code: text, per_dollar: amount }),
});
export type SessionReply = z.infer<typeof sessionReply>;

const trafficCount = z.object({
  deployment: text,
  requests: amount,
  errors: amount,
  input_tokens: amount,
  output_tokens: amount,
  cost_usd: amount,
  unpriced: amount,
  queue_s: amount,
  total_s: amount,
});
export type TrafficCountReply = z.infer<typeof trafficCount>;

const trafficSecond = z.object({ at: amount, counts: z.array(trafficCount) });
export type TrafficSecondReply = z.infer<typeof trafficSecond>;

export const trafficReply = z.object({ now: amount, seconds: z.array(trafficSecond) });
export type TrafficReply = z.infer<typeof trafficReply>;

const limit = z.object({
  dimension: text,
  limit: amount,
  window_s: amount,
  refill: text,
  capacity: amount,
  level: amount,
  known_from: text,
});

const tenant = z.object({
  key: text,
  user: text,
  priority: text,
  requests: amount,
  tokens: amount,
  oldest_s: amount,
});

export const quotaReply = z.object({
  groups: z.array(
    z.object({
      group: text,
      deployments: amount,
      pools: amount,
      per_minute: z.record(text, amount),
    }),
  ),
  deployments: z.array(
    z.object({
      deployment: text,
      group: text,
      in_flight: amount,
      paused: z.boolean(),
      health: text,
      why: text.nullable(),
      back_s: maybe,
    }),
  ),
  pools: z.array(
    z.object({
      pool: text,
      title: text,
      model: text.optional(),
      deployments: z.array(text),
      sharing: text.optional(),
      in_flight: amount,
      blocked_s: amount,
      limits: z.array(limit),
    }),
  ),
  queues: z.array(
    z.object({
      groups: z.array(z.object({ group: text, requests: amount })),
      requests: amount,
      tokens: amount,
      tenants: z.array(tenant),
    }),
  ),
  estimate_error: amount,
});
export type QuotaReply = z.infer<typeof quotaReply>;

/** One message of `/spillway/live`. */
export const tick = z.object({
  now: amount,
  seconds: z.array(trafficSecond),
  quota: quotaReply,
});
export type Tick = z.infer<typeof tick>;

const loggedRequest = z.object({
  id: text,
  time: text,
  group: text,
  /** Where there is no group: the model as its caller wrote it. */
  asked_model: text.nullable(),
  fallback: text.nullable(),
  deployment: text.nullable(),
  status: maybe,
  tenant: text,
  input_tokens: maybe,
  output_tokens: maybe,
  queue_s: amount,
  first_s: maybe,
  total_s: maybe,
  attempts: amount,
  error: text.nullable(),
});
export type LoggedRequest = z.infer<typeof loggedRequest>;

export const requestsReply = z.object({
  requests: z.array(loggedRequest),
  /** For `before`, where there may be more. */
  next: maybe,
  /** Requests that are remembered. */
  remembered: amount,
});
export type RequestsReply = z.infer<typeof requestsReply>;

const tenantTokens = z.object({ tenant: text, tokens: amount });

export const decisionReply = z.object({
  id: text,
  time: text,
  group: text,
  /** Where there is no group: the model as its caller wrote it. */
  asked_model: text.nullable(),
  fallback: text.nullable(),
  policy: text,
  tenant: text,
  status: maybe,
  error: text.nullable(),
  total_s: maybe,
  queue_s: maybe,
  input_tokens: maybe,
  output_tokens: maybe,
  cost_usd: maybe,
  wait: z
    .object({
      in_vain: z.boolean(),
      pool: text.nullable(),
      dimension: text.nullable(),
      own: z
        .object({ setting: text, dimension: text, limit: amount, level: amount, wait_s: maybe })
        .nullable(),
      takes_tokens: amount,
      predicted_s: maybe,
      might_wait_s: maybe,
      room: z.array(z.object({ deployment: text, in_s: maybe })),
      requests_in_line: amount,
      tokens_ahead: amount,
      ahead: z.array(tenantTokens),
      used: z.array(tenantTokens),
      used_elsewhere: amount,
    })
    .nullable(),
  candidates: z.array(
    z.object({
      deployment: text,
      scarcest: z.object({ dimension: text, level: amount, capacity: amount }).nullable(),
    }),
  ),
  out: z.array(text),
  attempts: z.array(
    z.object({
      deployment: text,
      start_s: maybe,
      first_s: maybe,
      end_s: maybe,
      outcome: text.nullable(),
      status: maybe,
      refusal: z
        .object({
          class: text,
          dimension: text.nullable(),
          limit: maybe,
          used: maybe,
          requested: maybe,
          retry_s: maybe,
        })
        .nullable(),
    }),
  ),
  why: z.array(text),
});
export type DecisionReply = z.infer<typeof decisionReply>;

const statedLimit = z.object({ dimension: text, limit: amount, window_s: amount });

export const modelsReply = z.object({
  strategy: text,
  retries: amount,
  wait_s: amount,
  aliases: z.array(z.object({ alias: text, group: text })),
  deployments: z.array(
    z.object({
      deployment: text,
      id: text,
      group: text,
      provider: text,
      model: text,
      host: text,
      /** The variable that its key comes from; never the key. */
      key_source: text.nullable(),
      /** Rows with the same word have the same key, or say that they share an organisation. */
      shares: text.nullable(),
      pools: z.array(text),
      limits: z.array(statedLimit),
      order: maybe,
      weight: maybe,
      rpm: maybe,
      tpm: maybe,
      tags: z.array(text),
      context_tokens: maybe,
      input_usd_per_million: maybe,
      output_usd_per_million: maybe,
      line: amount,
    }),
  ),
  unusable: z.array(z.object({ deployment: text, group: text, why: text })),
});
export type ModelsReply = z.infer<typeof modelsReply>;

const finding = z.object({
  line: amount,
  column: amount,
  severity: text,
  path: text,
  message: text,
});
export type ConfigFinding = z.infer<typeof finding>;

const checkTable = z.object({
  heads: z.array(text),
  amounts: z.array(text),
  rows: z.array(z.array(text)),
});
export const checkReply = z.object({
  findings: z.array(finding),
  summary: z.array(z.union([text, checkTable])).nullable(),
});
export type CheckReply = z.infer<typeof checkReply>;

export const configReply = checkReply.extend({ file: text, text });
export type ConfigReply = z.infer<typeof configReply>;

const simulatedGauge = z.object({
  model: text,
  dimension: text,
  scope: text,
  limit: amount,
  remaining: amount,
  window_s: amount,
});

const simulatedCall = z.object({
  at: text,
  model: text,
  input_tokens: amount,
  output_tokens: amount,
  status: amount,
  fault: text.optional(),
});

export const simulatorReply = z.object({
  url: text,
  projects: z.array(
    z.object({
      id: text,
      requests: amount,
      admitted: amount,
      refused: z.object({ requests: amount, tokens: amount, other: amount }),
      tokens: z.object({ input: amount, output: amount }),
      limits: z.array(simulatedGauge),
      calls: z.array(simulatedCall),
    }),
  ),
  faults: z.array(z.looseObject({ id: text, kind: text, struck: amount, state: text })),
  kinds: z.array(z.object({ kind: text, about: text, example: text })),
});
export type SimulatorReply = z.infer<typeof simulatorReply>;

const fared = {
  requests: amount,
  served: amount,
  waited: amount,
  wait_p50_ms: amount,
  wait_p99_ms: amount,
  wait_most_ms: amount,
  refused: amount,
  refused_by: z.record(text, amount),
};

export const planReply = z.object({
  requests: amount,
  minutes: amount,
  columns: z.array(
    z.object({
      title: text,
      ...fared,
      cost_usd: amount,
      unpriced_requests: amount,
      deployments: z.array(
        z.object({
          deployment: text,
          group: text,
          requests: amount,
          share: amount,
          input_tokens: amount,
          output_tokens: amount,
          busiest_limit: text.nullable(),
          used: maybe,
          cost_usd: maybe,
        }),
      ),
    }),
  ),
});
export type PlanReply = z.infer<typeof planReply>;

export const planAsk = z.strictObject({
  traffic: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('recorded') }),
    z.strictObject({
      kind: z.enum(['smooth', 'bursty', 'batches']),
      model: text.min(1).max(256),
      per_s: amount.positive().max(200),
      minutes: amount.min(1).max(60),
      keys: z.int().min(1).max(100).default(3),
      input_tokens: z.int().min(1).max(1_000_000).default(700),
      output_tokens: z.int().min(1).max(1_000_000).default(250),
    }),
  ]),
  /** So many keys more, or fewer where it is negative. */
  keys: z.int().min(-100).max(100).default(0),
  /** Limits of a key for which none is known, per minute. */
  rpm: z.int().min(1).optional(),
  tpm: z.int().min(1).optional(),
  /** In place of the config's own. */
  strategy: text.max(100).optional(),
  wait_s: amount.min(0).max(3_600).optional(),
});
export type PlanAsk = z.infer<typeof planAsk>;
