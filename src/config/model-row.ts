import type { Part } from '#core/check-schema.ts';
import type { JsonObject } from '#core/json.ts';
import { z } from '#core/schema.ts';
import type { Problem } from '#config/credentials.ts';
import { PARAMS_IDLE, PARAMS_IDLE_FAMILIES } from '#config/idle-keys.ts';
import type { ProviderChoice } from '#config/provider-choice.ts';
import { decimal, duration, flag, MOST_DOLLARS, name, seconds, whole } from '#config/values.ts';

const text = z.string().nullish();
const perMinute = whole(0, 1e12).nullish();
const order = whole(-1_000_000, 1_000_000).nullish();
/** A dollar per token is dearer than anything; what is above is per million by mistake. */
const dollars = decimal(0, 1).nullish();

const prices = {
  input_cost_per_token: dollars,
  output_cost_per_token: dollars,
  cache_read_input_token_cost: dollars,
  cache_creation_input_token_cost: dollars,
  output_cost_per_reasoning_token: dollars,
};

const MAX_NESTING = 8;

/** One pool, or those within which it lies, outermost first. */
const quotaPool = z.union([name, z.array(name).min(1).max(MAX_NESTING)]);

export const headers = z
  .record(
    z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, 'the name of a header'),
    z
      .union([z.string(), z.number(), z.boolean()])
      .transform(String)
      .pipe(z.string().regex(/^[\x20-\x7E]*$/, 'a text that a header can carry')),
  )
  .nullish();

const paramsSchema = z.looseObject({
  model: name,
  api_key: text,
  api_base: text,
  base_url: text,
  api_version: text,
  organization: z.union([z.string(), z.array(z.string()).min(1)]).nullish(),
  custom_llm_provider: text,
  litellm_credential_name: text,
  use_chat_completions_api: z.boolean().nullish(),
  rpm: perMinute,
  tpm: perMinute,
  weight: decimal(0, 1e9).nullish(),
  order,
  timeout: seconds.nullish(),
  request_timeout: seconds.nullish(),
  stream_timeout: seconds.nullish(),
  num_retries: whole(0, 1000).nullish(),
  quota_pool: quotaPool.nullish(),
  itpm: perMinute,
  otpm: perMinute,
  max_parallel_requests: whole(0, 1e6).nullish(),
  cooldown_time: seconds.nullish(),
  max_budget: decimal(0, MOST_DOLLARS).nullish(),
  budget_duration: duration.nullish(),
  tags: z.array(name).nullish(),
  region_name: text,
  aws_region_name: text,
  ...prices,
  drop_params: flag.nullish(),
  additional_drop_params: z.array(name).nullish(),
  allowed_openai_params: z.array(name).nullish(),
  modify_params: flag.nullish(),
  extra_headers: headers,
  headers,
  extra_body: z.record(z.string(), z.unknown()).nullish(),
});

/** What a credential may lend to rows. */
export const lentSchema = paramsSchema.partial();

export const rowSchema = z.looseObject({
  model_name: name,
  litellm_params: paramsSchema,
  model_info: z
    .looseObject({
      id: z.union([name, z.int().transform(String)]).nullish(),
      rpm: perMinute,
      tpm: perMinute,
      quota_pool: quotaPool.nullish(),
      order,
      cooldown_time: seconds.nullish(),
      region_name: text,
      max_input_tokens: whole(0, 1e9).nullish(),
      max_output_tokens: whole(0, 1e9).nullish(),
      base_model: text,
      blocked: flag.nullish(),
      ...prices,
    })
    .nullish(),
  rpm: perMinute,
  tpm: perMinute,
});

export type Row = z.infer<typeof rowSchema>;

/** One deployment-to-be: a row, or one of a row's organisations. */
export interface Draft {
  readonly part: Part;
  readonly row: Row;
  /** `litellm_params` with references resolved and nothing else changed, for this organisation. */
  readonly params: JsonObject;
  /** Of those, what a credential lends, as it was written. */
  readonly lent: JsonObject;
  /** The credential that it names and that there is not. */
  readonly missing?: string;
  readonly organization?: string;
  /** Who serves it; a string says why nobody does. */
  readonly choice: ProviderChoice | string;
}

export const PARAMS_USED: readonly string[] = Object.keys(paramsSchema.shape);
export const ROW_USED: readonly string[] = Object.keys(rowSchema.shape);

const KNOWN_PARAMS = new Set([...PARAMS_USED, ...PARAMS_IDLE]);

export const isIdleParam = (key: string): boolean =>
  !PARAMS_USED.includes(key) && (PARAMS_IDLE.includes(key) || PARAMS_IDLE_FAMILIES.test(key));

const NO_MOCKS =
  'made-up answers are not given yet; remove it to call the vendor, or remove the row';

/**
 * Parameters that stand in for the vendor's answer, and why they cannot yet. To ignore one would be
 * to call, and to pay, somebody whom the row does not mean.
 */
const STAND_INS: Readonly<Record<string, string>> = {
  mock_response: NO_MOCKS,
  mock_timeout: NO_MOCKS,
  mock_tool_calls: NO_MOCKS,
};

export const isStandIn = (key: string): boolean => Object.hasOwn(STAND_INS, key);

/** Why a row with a stand-in cannot serve; undefined where it has none. */
export const standInProblem = (params: JsonObject): Problem | undefined => {
  for (const [param, message] of Object.entries(STAND_INS))
    if (params[param]) return { param, message };
  return undefined;
};

/** Whether LiteLLM would pass a parameter on as a field of the request's body. */
export const isBodyField = (key: string): boolean => !KNOWN_PARAMS.has(key) && !isIdleParam(key);
