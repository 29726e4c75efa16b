import type { Part } from '#core/check-schema.ts';
import { z } from '#core/schema.ts';
import type { LoadedConfig } from '#config/loaded.ts';
import { appsSchema, loadApps } from '#config/apps-settings.ts';
import { loadQueue, queueSchema } from '#config/queue-settings.ts';
import { storeSchema } from '#config/keeping.ts';
import { quotaPoolsSchema, type WrittenPools } from '#config/quota-pools.ts';
import type { Report } from '#config/section.ts';
import { decimal, milliseconds, whole } from '#config/values.ts';

const KIBIBYTE = 1024;
const MEBIBYTE = 1024 * KIBIBYTE;
const HOUR_MS = 3_600_000;

const DEFAULTS = {
  requestBytes: 32 * MEBIBYTE,
  replyBytes: 64 * MEBIBYTE,
  jsonDepth: 64,
  eventBytes: 4 * MEBIBYTE,
  connectionsPerAddress: 10_000,
  connectS: 3,
  firstByteS: 60,
  betweenChunksS: 60,
  decisions: 10_000,
  fileMb: 8,
  fileS: 15,
  responses: 10_000,
  responsesMb: 64,
  responsesH: 24,
  lagS: 5,
  drainS: 300,
};

const timeout = decimal(0.001, 86_400).optional();

/** What the section may hold, for a config with these groups. */
export const spillwaySchema = (groups: ReadonlySet<string>) =>
  z.strictObject({
    compat: z
      .strictObject({
        independent_draws: z.boolean().optional(),
        litellm_errors: z.boolean().optional(),
      })
      .nullish(),
    retry_on_timeout: z.boolean().optional(),
    streams: z.strictObject({ always_include_usage: z.boolean().optional() }).nullish(),
    limits: z
      .strictObject({
        request_bytes: whole(KIBIBYTE, 1024 * MEBIBYTE).optional(),
        reply_bytes: whole(KIBIBYTE, 1024 * MEBIBYTE).optional(),
        json_depth: whole(8, 1000).optional(),
        event_bytes: whole(KIBIBYTE, 256 * MEBIBYTE).optional(),
        connections: whole(1, 10_000_000).optional(),
        connections_per_address: whole(1, 10_000_000).optional(),
      })
      .nullish(),
    timeouts: z
      .strictObject({ connect_s: timeout, first_byte_s: timeout, between_chunks_s: timeout })
      .nullish(),
    shutdown: z
      .strictObject({ lag_s: decimal(0, 600).optional(), drain_s: decimal(0, 86_400).optional() })
      .nullish(),
    queue: queueSchema(groups).nullish(),
    store: storeSchema.nullish(),
    currency: z
      .strictObject({
        code: z.string().regex(/^[A-Z]{3}$/, 'three letters such as JPY'),
        per_dollar: decimal(1e-6, 1e9),
      })
      .nullish(),
    quota_pools: quotaPoolsSchema.nullish(),
    enforce_rpm_tpm: z.boolean().optional(),
    decisions: z.strictObject({ max: whole(0, 1_000_000).optional() }).nullish(),
    files: z
      .strictObject({
        fetch: z.boolean().optional(),
        allow: z.array(z.string().min(1)).optional(),
        max_mb: whole(1, 100).optional(),
        timeout_s: timeout,
      })
      .nullish(),
    responses: z
      .strictObject({
        max: whole(0, 1_000_000).optional(),
        max_mb: whole(1, 65_536).optional(),
        keep_h: decimal(0.001, 8_760).optional(),
      })
      .nullish(),
    apps: appsSchema(groups).nullish(),
  });

export type SpillwaySettings = Pick<
  LoadedConfig,
  | 'compat'
  | 'limits'
  | 'timeouts'
  | 'shutdown'
  | 'queue'
  | 'decisions'
  | 'files'
  | 'responses'
  | 'apps'
  | 'currency'
> & {
  readonly quotaPools: WrittenPools;
  readonly store: z.infer<typeof storeSchema> | null | undefined;
  readonly retryOnTimeout: boolean;
  /** Undefined where the file leaves it to what LiteLLM would enforce. */
  readonly enforceRpmTpm: boolean | undefined;
  /** Undefined where the file leaves it to LiteLLM's `always_include_stream_usage`. */
  readonly alwaysIncludeUsage: boolean | undefined;
};

/** What LiteLLM's `general_settings` say where this section is silent. */
export interface SpillwayContext {
  readonly groups: ReadonlySet<string>;
  readonly requestBytes: number | undefined;
}

/**
 * `spillway_settings`: our own section, which LiteLLM ignores. Here an unknown key is an error:
 * nobody else's file has it.
 */
export const loadSpillwaySettings = (
  section: Part | undefined,
  { groups, requestBytes }: SpillwayContext,
  report: Report,
): SpillwaySettings => {
  const schema = spillwaySchema(groups);
  const settings = section && section.value !== null ? (report.read(section, schema) ?? {}) : {};
  const { limits, timeouts, shutdown } = settings;
  return {
    compat: {
      independentDraws: settings.compat?.independent_draws ?? false,
      litellmErrors: settings.compat?.litellm_errors ?? false,
    },
    alwaysIncludeUsage: settings.streams?.always_include_usage,
    limits: {
      requestBytes: limits?.request_bytes ?? requestBytes ?? DEFAULTS.requestBytes,
      replyBytes: limits?.reply_bytes ?? DEFAULTS.replyBytes,
      jsonDepth: limits?.json_depth ?? DEFAULTS.jsonDepth,
      eventBytes: limits?.event_bytes ?? DEFAULTS.eventBytes,
      ...(limits?.connections !== undefined && { connections: limits.connections }),
      connectionsPerAddress: limits?.connections_per_address ?? DEFAULTS.connectionsPerAddress,
    },
    timeouts: {
      connectMs: milliseconds(timeouts?.connect_s ?? DEFAULTS.connectS),
      firstByteMs: milliseconds(timeouts?.first_byte_s ?? DEFAULTS.firstByteS),
      betweenChunksMs: milliseconds(timeouts?.between_chunks_s ?? DEFAULTS.betweenChunksS),
    },
    shutdown: {
      lagMs: milliseconds(shutdown?.lag_s ?? DEFAULTS.lagS),
      drainMs: milliseconds(shutdown?.drain_s ?? DEFAULTS.drainS),
    },
    queue: loadQueue(settings.queue),
    retryOnTimeout: settings.retry_on_timeout ?? true,
    store: settings.store,
    currency: currencyOf(settings.currency),
    quotaPools: settings.quota_pools ?? {},
    enforceRpmTpm: settings.enforce_rpm_tpm,
    decisions: { max: settings.decisions?.max ?? DEFAULTS.decisions },
    files: {
      isOn: settings.files?.fetch ?? true,
      allow: settings.files?.allow ?? [],
      mostBytes: (settings.files?.max_mb ?? DEFAULTS.fileMb) * MEBIBYTE,
      timeoutMs: milliseconds(settings.files?.timeout_s ?? DEFAULTS.fileS),
    },
    responses: responsesOf(settings.responses ?? {}),
    apps: loadApps(settings.apps),
  };
};

const DOLLARS = { code: 'USD', perDollar: 1 };

const currencyOf = (
  said: { readonly code: string; readonly per_dollar: number } | null | undefined,
): LoadedConfig['currency'] => (said ? { code: said.code, perDollar: said.per_dollar } : DOLLARS);

const responsesOf = ({
  max = DEFAULTS.responses,
  max_mb: megabytes = DEFAULTS.responsesMb,
  keep_h: hours = DEFAULTS.responsesH,
}: {
  readonly max?: number | undefined;
  readonly max_mb?: number | undefined;
  readonly keep_h?: number | undefined;
}): SpillwaySettings['responses'] => ({
  max,
  bytes: megabytes * MEBIBYTE,
  keepMs: hours * HOUR_MS,
});
