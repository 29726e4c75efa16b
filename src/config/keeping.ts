import type { Part } from '#core/check-schema.ts';
import { z } from '#core/schema.ts';
import { type Environment, lookUp } from '#config/os-environ.ts';
import { present } from '#config/present.ts';
import type { Report } from '#config/section.ts';
import { decimal, duration, flag, MOST_DOLLARS, name, whole } from '#config/values.ts';
import { isTimeZone } from '#core/time-zone.ts';

/** What is kept beyond a restart, and what everybody together may take. */
export interface Keeping {
  /** Of a Postgres that replicas share; absent: a file of this machine. */
  readonly databaseUrl?: string;
  /** A start without that database serves with a copy of what it held. */
  readonly servesWithoutDatabase: boolean;
  /** Encrypts what is secret in the store, and makes its keys good for nothing elsewhere. */
  readonly saltKey?: string;
  /** Models may be added to those of the file, and are kept in the store. */
  readonly storesModels: boolean;
  /** In which budgets of days and months begin. */
  readonly timeZone: string;
  /** What `tpm_limit` counts. */
  readonly tokenKind: 'total' | 'input' | 'output';
  /** What all together may spend: dollars, and in how long. */
  readonly maxDollars?: number;
  readonly budgetDuration?: string;
  /** What every end user may spend who has no budget of their own. */
  readonly endUserDollars?: number;
  readonly endUserBudgetId?: string;
  /** Teams that whoever has a key may join, by their ids. */
  readonly availableTeams: readonly string[];
  readonly retention: {
    readonly days: number;
    readonly bytes: number;
    /** Of what was asked and answered. */
    readonly bodyDays: number;
    /** Of sums of hours; days are told apart for as long as sums of days are there. */
    readonly hourSumDays: number;
    readonly daySumDays: number;
    /** Of who changed what. */
    readonly auditDays: number;
  };
  /** What is asked and answered is kept, each up to so many bytes; absent where it is not. */
  readonly bodies?: { readonly bytes: number };
}

const names = z.array(name).max(10_000).nullish();

const DEFAULT_DAYS = 30;
const DEFAULT_BYTES = 2 * 1024 ** 3;
const DEFAULT_BODY_DAYS = 7;
const DEFAULT_BODY_BYTES = 16_384;
/** More than the month of which the console shows hours. */
const DEFAULT_HOUR_SUM_DAYS = 90;
/** Three years. */
const DEFAULT_DAY_SUM_DAYS = 1_096;
const DEFAULT_AUDIT_DAYS = 365;
const MOST_DAYS = 36_500;

/** `general_settings` that it reads. */
export const keepingGeneral = {
  database_url: z.string().nullish(),
  allow_requests_on_db_unavailable: flag.nullish(),
  store_model_in_db: flag.nullish(),
  store_prompts_in_spend_logs: flag.nullish(),
  token_rate_limit_type: z.enum(['total', 'input', 'output']).nullish(),
};

/** `litellm_settings` that it reads. */
export const keepingLitellm = {
  max_budget: decimal(0, MOST_DOLLARS).nullish(),
  budget_duration: duration.nullish(),
  max_end_user_budget: decimal(0, MOST_DOLLARS).nullish(),
  max_end_user_budget_id: z.string().nullish(),
  default_internal_user_params: z.looseObject({ available_teams: names }).nullish(),
  timezone: z
    .string()
    .refine((name) => isTimeZone(name), 'a time zone such as Asia/Tokyo')
    .nullish(),
};

/** Under `spillway_settings`. */
export const storeSchema = z.strictObject({
  retention_days: decimal(0.01, MOST_DAYS).optional(),
  retention_bytes: whole(1024 * 1024, Number.MAX_SAFE_INTEGER).optional(),
  body_bytes: whole(256, 1024 * 1024).optional(),
  body_days: decimal(0.01, MOST_DAYS).optional(),
  hour_sums_days: decimal(1, MOST_DAYS).optional(),
  day_sums_days: decimal(1, MOST_DAYS).optional(),
  audit_days: decimal(1, MOST_DAYS).optional(),
  salt_key: z.string().nullish(),
});

const generalSchema = z.looseObject(keepingGeneral);
const litellmSchema = z.looseObject(keepingLitellm);

export const loadKeeping = (
  parts: { readonly general: Part | undefined; readonly litellm: Part | undefined },
  store: z.infer<typeof storeSchema> | null | undefined,
  { env, report }: { readonly env: Environment; readonly report: Report },
): Keeping => {
  const read = <T>(part: Part | undefined, schema: z.ZodType<T>): Partial<T> =>
    part && part.value !== null ? (report.read(part, schema) ?? {}) : {};
  const general = read(parts.general, generalSchema);
  const litellm = read(parts.litellm, litellmSchema);
  return {
    ...present({
      databaseUrl: general.database_url || lookUp(env, 'DATABASE_URL') || undefined,
      saltKey: store?.salt_key || lookUp(env, 'LITELLM_SALT_KEY') || undefined,
      maxDollars: litellm.max_budget ?? undefined,
      budgetDuration: litellm.budget_duration ?? undefined,
      endUserDollars: litellm.max_end_user_budget ?? undefined,
      endUserBudgetId: litellm.max_end_user_budget_id ?? undefined,
    }),
    availableTeams: litellm.default_internal_user_params?.available_teams ?? [],
    servesWithoutDatabase: general.allow_requests_on_db_unavailable ?? false,
    storesModels:
      general.store_model_in_db ?? /^true$/i.test(lookUp(env, 'STORE_MODEL_IN_DB') ?? ''),
    timeZone: litellm.timezone ?? 'UTC',
    tokenKind: general.token_rate_limit_type ?? 'total',
    retention: {
      days: store?.retention_days ?? DEFAULT_DAYS,
      bytes: store?.retention_bytes ?? DEFAULT_BYTES,
      bodyDays: store?.body_days ?? DEFAULT_BODY_DAYS,
      hourSumDays: store?.hour_sums_days ?? DEFAULT_HOUR_SUM_DAYS,
      daySumDays: store?.day_sums_days ?? DEFAULT_DAY_SUM_DAYS,
      auditDays: store?.audit_days ?? DEFAULT_AUDIT_DAYS,
    },
    ...(general.store_prompts_in_spend_logs && {
      bodies: { bytes: store?.body_bytes ?? DEFAULT_BODY_BYTES },
    }),
  };
};
