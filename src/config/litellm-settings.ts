import type { Part } from '#core/check-schema.ts';
import type { ParamRules } from '#core/param-rules.ts';
import { z } from '#core/schema.ts';
import { fallbackKeys, type WrittenFallbacks } from '#config/fallbacks.ts';
import { headers } from '#config/model-row.ts';
import { keepingLitellm } from '#config/keeping.ts';
import { LITELLM_IDLE, USER_PARAMS_IDLE } from '#config/idle-keys.ts';
import { type Environment, lookUp } from '#config/os-environ.ts';
import { present } from '#config/present.ts';
import { childOf, type Report, warnOfKeys } from '#config/section.ts';
import { flag, seconds, toMs, whole } from '#config/values.ts';

export interface LitellmSettings {
  readonly numRetries?: number;
  readonly allowedFails?: number;
  readonly fallbacks: WrittenFallbacks;
  readonly requestTimeoutMs: number;
  readonly metricsArePublic: boolean;
  readonly params: ParamRules;
  readonly forRows: {
    /** The environment as rows read it. */
    readonly env: Environment;
    /** Sent with every request to a model, where its row has none of the same name. */
    readonly extraHeaders: Readonly<Record<string, string>>;
  };
  readonly tls: { readonly caFile?: string; readonly verify: boolean };
}

/** LiteLLM's `DEFAULT_REQUEST_TIMEOUT_SECONDS`, also when `REQUEST_TIMEOUT` is not set. */
const DEFAULT_TIMEOUT_S = 6000;

const schema = z.looseObject({
  num_retries: whole(0, 1000).nullish(),
  allowed_fails: whole(0, 1_000_000).nullish(),
  ...fallbackKeys,
  drop_params: flag.nullish(),
  extra_headers: headers,
  modify_params: flag.nullish(),
  request_timeout: seconds.nullish(),
  require_auth_for_metrics_endpoint: flag.nullish(),
  enable_azure_ad_token_refresh: flag.nullish(),
  ssl_verify: z.union([flag, z.string().min(1)]).nullish(),
  ...keepingLitellm,
});

/** `litellm_settings`, and the environment variables that LiteLLM reads beside them. */
export const loadLitellmSettings = (
  section: Part | undefined,
  env: Environment,
  report: Report,
): LitellmSettings => {
  const settings: z.infer<typeof schema> =
    section && section.value !== null ? (report.read(section, schema) ?? {}) : {};
  if (section) warnOfKeys(section, { used: Object.keys(schema.shape), idle: LITELLM_IDLE }, report);
  const ofUsers = section && childOf(section, 'default_internal_user_params');
  if (ofUsers) warnOfKeys(ofUsers, { used: ['available_teams'], idle: USER_PARAMS_IDLE }, report);
  const { request_timeout: timeout } = settings;
  return {
    ...present({
      numRetries: settings.num_retries ?? undefined,
      allowedFails: settings.allowed_fails ?? undefined,
    }),
    fallbacks: settings,
    params: loadParams(settings, env),
    forRows: {
      // Rows without a key find an identity, as that vendor's own tools do.
      env: settings.enable_azure_ad_token_refresh
        ? { AZURE_CREDENTIAL: 'DefaultAzureCredential', ...env }
        : env,
      extraHeaders: settings.extra_headers ?? {},
    },
    // Not LiteLLM's default: numbers tell what a house does, and with which vendors.
    metricsArePublic: settings.require_auth_for_metrics_endpoint === false,
    requestTimeoutMs: toMs(timeout) ?? toMs(environmentTimeout(env)) ?? DEFAULT_TIMEOUT_S * 1000,
    tls: loadTls(settings.ssl_verify ?? undefined, env),
  };
};

/** `LITELLM_DROP_PARAMS` and `LITELLM_MODIFY_PARAMS` hold where the file is silent, as in LiteLLM. */
const loadParams = (
  { drop_params: drops, modify_params: modifies }: z.infer<typeof schema>,
  env: Environment,
): ParamRules => ({
  dropped: [],
  allowed: [],
  ...present({
    drops: drops ?? switched(env, 'LITELLM_DROP_PARAMS'),
    modifies: modifies ?? switched(env, 'LITELLM_MODIFY_PARAMS'),
  }),
});

const switched = (env: Environment, name: string): boolean | undefined => {
  const parsed = flag.safeParse(lookUp(env, name));
  return parsed.success ? parsed.data : undefined;
};

const environmentTimeout = (env: Environment): number | undefined => {
  const parsed = seconds.safeParse(lookUp(env, 'REQUEST_TIMEOUT'));
  return parsed.success ? parsed.data : undefined;
};

/** `SSL_VERIFY` wins over the file and `SSL_CERT_FILE` names the authorities, as in LiteLLM. */
const loadTls = (
  written: string | boolean | undefined,
  env: Environment,
): LitellmSettings['tls'] => {
  const fromEnvironment = lookUp(env, 'SSL_VERIFY');
  const asked = fromEnvironment ? schema.shape.ssl_verify.parse(fromEnvironment) : written;
  if (asked === false) return { verify: false };
  const caFile = typeof asked === 'string' ? asked : lookUp(env, 'SSL_CERT_FILE');
  return caFile ? { caFile, verify: true } : { verify: true };
};
