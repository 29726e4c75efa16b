import { isObject, type JsonObject } from '#core/json.ts';
import { z } from '#core/schema.ts';
import { isDuration } from '#keys/duration.ts';
import { MOST_DOLLARS } from '#keys/money.ts';

/** What people call things: one line, not too long for tables and logs. */
const NAME = /^[^\p{Cc}\u2028\u2029]{1,256}$/u;
const MOST_LISTED = 1_000;
const MOST_COUNT = 1_000_000_000_000;

export const nameField = z.string().regex(NAME, 'must be one line of 1 to 256 characters');
export const dollars = z.number().min(0).max(MOST_DOLLARS);
/** LiteLLM writes some of them as texts. */
const dollarsText = z.string().regex(/^\d+(\.\d+)?$/);
const sayableText = dollarsText.refine(
  (text) => Number(text) <= MOST_DOLLARS,
  `must be ${MOST_DOLLARS} at most`,
);
const count = z.int().min(1).max(MOST_COUNT);
const counts = z.record(nameField, count);
export const durationField = z
  .string()
  .refine(isDuration, 'must be a number and a unit, such as 30s, 5m, 2h, 7d, 1w or 1mo');
/** As LiteLLM's scripts write it: a date alone is its first instant, in UTC. */
const instant = z
  .string()
  .refine((text) => !Number.isNaN(Date.parse(text)), 'must be a time such as 2026-01-31T12:00:00Z');
const names = z.array(nameField).max(MOST_LISTED);
/** JSON, since it came as such; a schema of all JSON refers to itself, which documents cannot show. */
const anything = z.record(z.string(), z.unknown());

/** LiteLLM has two names for each of the two. */
const inOneWord = (budget: unknown): unknown => {
  if (!isObject(budget)) return budget;
  const { max_budget: limit, budget_duration: period, ...rest } = budget;
  return {
    ...(limit !== undefined && { budget_limit: limit }),
    ...(period !== undefined && { time_period: period }),
    ...rest,
  };
};

const modelBudgets = (text: z.ZodString) =>
  z
    .record(
      nameField,
      z.preprocess(
        inOneWord,
        z.looseObject({
          budget_limit: z.union([dollars, text]),
          time_period: durationField.nullish(),
        }),
      ),
    )
    .nullish();

/** What a member of a team may have there: how much, how often, how many at once. */
export const memberAllowanceFields = {
  max_budget: dollars.nullish(),
  soft_budget: dollars.nullish(),
  budget_duration: durationField.nullish(),
  tpm_limit: count.nullish(),
  rpm_limit: count.nullish(),
  /** Besides LiteLLM's one kind of tokens: what goes in and what comes out apart. */
  input_tpm_limit: count.nullish(),
  output_tpm_limit: count.nullish(),
  max_parallel_requests: count.nullish(),
};

/** What LiteLLM allows of everybody else who may spend. */
export const allowanceFields = {
  ...memberAllowanceFields,
  budget_id: nameField.nullish(),
  model_max_budget: modelBudgets(sayableText),
  model_rpm_limit: counts.nullish(),
  model_tpm_limit: counts.nullish(),
};

const ownershipFields = {
  user_id: nameField.nullish(),
  team_id: nameField.nullish(),
  organization_id: nameField.nullish(),
};

/** What LiteLLM does at such a limit while others need little; it has no effect here. */
const limitType = z.enum(['guaranteed_throughput', 'best_effort_throughput', 'dynamic']);

/**
 * LiteLLM's fields for what is not served here: kept and shown again, so that its scripts find what they
 * wrote. They decide nothing.
 */
const keptFields = {
  config: anything.nullish(),
  permissions: anything.nullish(),
  allowed_cache_controls: names.nullish(),
  allowed_passthrough_routes: names.nullish(),
  allowed_vector_store_indexes: z.array(anything).max(MOST_LISTED).nullish(),
  guardrails: names.nullish(),
  prompts: names.nullish(),
  object_permission: anything.nullish(),
  rpm_limit_type: limitType.nullish(),
  tpm_limit_type: limitType.nullish(),
  project_id: nameField.nullish(),
  access_group_ids: names.nullish(),
  router_settings: anything.nullish(),
  auto_rotate: z.boolean().nullish(),
  rotation_interval: durationField.nullish(),
};

/** `queue`: whether it waits at its own limits, and how long at most, seconds. */
const waitField = z.union([z.boolean(), z.number().min(0).max(86_400)]);

export const keyFields = {
  ...allowanceFields,
  ...ownershipFields,
  key_alias: nameField.nullish(),
  duration: durationField.nullish(),
  models: names.nullish(),
  ...keptFields,
  aliases: z.record(nameField, nameField).nullish(),
  metadata: anything.nullish(),
  tags: names.nullish(),
  allowed_routes: names.nullish(),
  /** Addresses and ranges (CIDR) from which it opens; all where there are none. */
  allowed_ips: names.nullish(),
  /** What every body must have: `user`, `metadata.job`. */
  enforced_params: names.nullish(),
  blocked: z.boolean().nullish(),
  key_type: z.enum(['default', 'llm_api', 'management', 'read_only']).nullish(),
  queue: waitField.nullish(),
  /** Streams say what they used, asked or not. */
  always_include_usage: z.boolean().nullish(),
  /** Models whose price nobody knows are refused to it. */
  refuse_unpriced: z.boolean().nullish(),
  spend: dollars.nullish(),
  /** What it may spend beyond its budget, until an instant. */
  temp_budget_increase: dollars.nullish(),
  temp_budget_expiry: instant.nullish(),
};

export const memberSchema = z.looseObject({
  user_id: nameField.nullish(),
  user_email: nameField.nullish(),
  role: z.enum(['admin', 'user']).default('user'),
});

export const teamFields = {
  ...allowanceFields,
  organization_id: nameField.nullish(),
  team_alias: nameField.nullish(),
  models: names.nullish(),
  model_aliases: z.record(nameField, nameField).nullish(),
  metadata: anything.nullish(),
  tags: names.nullish(),
  /** Kept, and of no effect here. */
  guardrails: names.nullish(),
  object_permission: anything.nullish(),
  allowed_passthrough_routes: names.nullish(),
  blocked: z.boolean().nullish(),
  /** How long keys open that are made for its members, unless more is said. */
  team_member_key_duration: durationField.nullish(),
  team_member_budget: dollars.nullish(),
  team_member_budget_duration: durationField.nullish(),
  team_member_rpm_limit: count.nullish(),
  team_member_tpm_limit: count.nullish(),
  /** What members may do with their own keys of it; null: all there is. */
  team_member_permissions: names.nullish(),
};

export const userFields = {
  ...allowanceFields,
  user_alias: nameField.nullish(),
  user_email: nameField.nullish(),
  user_role: z
    .enum(['proxy_admin', 'proxy_admin_viewer', 'internal_user', 'internal_user_viewer'])
    .nullish(),
  models: names.nullish(),
  metadata: anything.nullish(),
  spend: dollars.nullish(),
};

export const customerFields = {
  ...allowanceFields,
  alias: nameField.nullish(),
  blocked: z.boolean().nullish(),
  allowed_model_region: nameField.nullish(),
  default_model: nameField.nullish(),
};

/** What was taken once is read again, however much it is: above all that can be spent it bounds nothing. */
const stored = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.looseObject({ ...shape, model_max_budget: modelBudgets(dollarsText) });

const stamps = {
  created_at: z.string().nullish(),
  created_by: z.string().nullish(),
  updated_at: z.string().nullish(),
  updated_by: z.string().nullish(),
};

/** A key that opened before it was rotated, and until when it still does, ISO. */
const formerSchema = z.object({ lookup: z.string(), until: z.string() });

/** Rows as they are kept. What does not fit is not served: it was written by somebody else. */
export const keyRow = stored({
  ...keyFields,
  /** What its spend is kept under, whatever it is rotated to. */
  id: z.string(),
  token: z.string(),
  lookup: z.string(),
  key_name: z.string(),
  expires: z.string().nullish(),
  former: z.array(formerSchema).nullish(),
  ...stamps,
});
export const teamRow = stored({
  ...teamFields,
  team_id: z.string(),
  members_with_roles: z.array(memberSchema).nullish(),
  /** What single members may spend and send, in place of the team's word for all. */
  member_allowances: z.record(z.string(), z.looseObject(allowanceFields)).nullish(),
  ...stamps,
});
export const userRow = stored({ ...userFields, user_id: z.string(), ...stamps });
export const customerRow = stored({ ...customerFields, user_id: z.string(), ...stamps });
export const budgetRow = stored({ ...allowanceFields, budget_id: z.string(), ...stamps });

export type Allowance = Partial<z.infer<typeof allowanceObject>>;
const allowanceObject = z.object(allowanceFields);
export type KeyRow = z.infer<typeof keyRow>;
export type TeamRow = z.infer<typeof teamRow>;
export type UserRow = z.infer<typeof userRow>;
export type CustomerRow = z.infer<typeof customerRow>;
export type BudgetRow = z.infer<typeof budgetRow>;

/** A row as JSON: what is undefined is not written. */
export const bodyOf = (row: object): JsonObject =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
