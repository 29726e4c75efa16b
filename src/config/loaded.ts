import type { AppsSettings } from '#config/apps-settings.ts';
import type { Entrance } from '#config/entrance.ts';
import type { Finding } from '#core/finding.ts';
import type { Json, JsonObject } from '#core/json.ts';
import type { ParamRules } from '#core/param-rules.ts';
import type { Pricing } from '#providers/models.ts';
import type { Keeping } from '#config/keeping.ts';
import type { RoutingSettings, UpstreamBudget } from '#config/loaded-routing.ts';
import type { Ceilings, QueueSettings, QuotaPool, StatedLimit } from '#config/loaded-quota.ts';

/** One row of `model_list`, complete and resolved. */
export interface Deployment {
  /** `model_info.id`, else LiteLLM's sha256 over the resolved parameters: `x-litellm-model-id`. */
  readonly id: string;
  /** Short and readable, unique within the file: `model_info.id`, else `PJ1` of `…_PJ1`, else `gpt-4.1-2`. */
  readonly name: string;
  /** The public name that clients send (`model_name`), or a pattern of such names: `gpt-4*`. */
  readonly group: string;
  readonly provider: string;
  /** The model's name at the vendor: what is sent upstream. A pattern's row has the `*` in it. */
  readonly model: string;
  readonly apiKey?: string;
  /** Where `apiKey` came from, for messages: `OPENAI_API_KEY_PJ1`, or `config` for a literal. */
  readonly apiKeySource?: string;
  /** The vendor's base URL without a trailing slash, when the config or the environment names one. */
  readonly apiBase?: string;
  /** Of the vendor's API, where it has versions and the config or the environment names one. */
  readonly apiVersion?: string;
  readonly organization?: string;
  /** What it is asked for in every conversation, whatever its callers speak; absent where it goes by them. */
  readonly speaks?: 'chat' | 'responses';
  /** Shares of the traffic; `limits` says whether they are ceilings too. */
  readonly weight?: number;
  readonly rpm?: number;
  readonly tpm?: number;
  /**
   * The pools that it draws from, outermost first, keys of `quotaPools`. Absent where the config
   * names none: then its limits are its key's, or its own, as its vendor has it.
   */
  readonly quotaPools?: readonly string[];
  /** Ceilings that its row states; empty where its `rpm` and `tpm` are shares only. */
  readonly limits: readonly StatedLimit[];
  /** Calls under way at once, at most: its own, else `default_max_parallel_requests`. */
  readonly maxParallelRequests?: number;
  /** Rows of a lower order go first. */
  readonly order?: number;
  readonly tags: readonly string[];
  /** `eu`, `us-east-1`: as written. */
  readonly region?: string;
  /** Longest prompt that the model takes, tokens: as its row says, else as is known of the model. */
  readonly contextTokens?: number;
  /** Longest answer, tokens, where its row says it. */
  readonly mostOutputTokens?: number;
  /** What `model_info.supports_*` says: `vision`, `function_calling`. Absent is unknown. */
  readonly abilities: Readonly<Record<string, boolean>>;
  /** Whose prices it has, with those that its row states. A pattern's row has none of a model. */
  readonly pricing: Pricing;
  /** What it may be paid. */
  readonly budget?: UpstreamBudget;
  /** How long a failing deployment stays out, in place of the group's; 0: it never does. */
  readonly cooldownMs?: number;
  readonly timeoutMs?: number;
  readonly streamTimeoutMs?: number;
  readonly numRetries?: number;
  /** Parameters that only its vendor has: a project, a region, a key file. */
  readonly settings: Readonly<Record<string, Json>>;
  readonly extraHeaders: Readonly<Record<string, string>>;
  /** Body fields sent unless the caller's request has them: `temperature` and the like. */
  readonly defaults: JsonObject;
  /** Fields of the body by the vendor's own names: `extra_body`. */
  readonly extraBody?: JsonObject;
  /** What is done about parameters that its vendor cannot take; absent where its row says nothing. */
  readonly params?: ParamRules;
  readonly modelInfo: JsonObject;
  /** It stands in the store and in no file: it may be changed while it serves. */
  readonly isStored?: boolean;
  /** The credential that lends it its key: `litellm_credential_name`. */
  readonly credential?: string;
  /** It is kept and shown, and serves nothing: `model_info.blocked`. */
  readonly isBlocked?: boolean;
  readonly line: number;
  readonly column: number;
}

/** A row that cannot serve, and why: its key's variable is not set, its provider is not known. */
export interface UnusableDeployment {
  readonly name: string;
  readonly group: string;
  readonly reason: Finding;
}

/** A key and what belongs to it, under a name that rows may use: `litellm_credential_name`. */
export interface NamedCredential {
  readonly name: string;
  /** `litellm_params` that it lends. */
  readonly values: JsonObject;
  readonly info: JsonObject;
  /** It stands in the store and in no file. */
  readonly isStored: boolean;
}

export interface AppModelMapping {
  readonly provider?: string;
  readonly name: string;
  readonly group: string;
}

/** A whole config, complete and frozen: every default applied, every reference resolved. */
export interface LoadedConfig {
  readonly file: string;
  readonly deployments: readonly Deployment[];
  readonly unusable: readonly UnusableDeployment[];
  readonly credentials: readonly NamedCredential[];
  /** Settings that are understood but have no effect yet, unknown settings, odd combinations. */
  readonly warnings: readonly Finding[];
  readonly masterKey?: string;
  /** The one header that carries keys, in lower case; absent where all known ones may. */
  readonly keyHeader?: string;
  readonly entrance: Entrance;
  readonly metrics: {
    /** Whether `/metrics` may be read without a key. */
    readonly arePublic: boolean;
  };
  readonly routing: RoutingSettings;
  /** What is done about parameters that a vendor cannot take. */
  readonly params: ParamRules;
  /** Whether a call that timed out after it was sent, and may have run, is sent again. */
  readonly retryOnTimeout: boolean;
  readonly queue: QueueSettings;
  /** Requests under way at once, waiting ones not counted: of everybody together, and of one key. */
  readonly parallel: { readonly all?: number; readonly perKey?: number };
  readonly keeping: Keeping;
  /** In which money is shown to people, and what a dollar is in it; it is counted in dollars. */
  readonly currency: { readonly code: string; readonly perDollar: number };
  readonly ceilings: Ceilings;
  /** Every pool that a row or `spillway_settings.quota_pools` names. */
  readonly quotaPools: Readonly<Record<string, QuotaPool>>;
  readonly compat: {
    /** simple-shuffle draws each request on its own, as LiteLLM does, blind to calls in flight. */
    readonly independentDraws: boolean;
    /** Errors have LiteLLM's form whatever the caller's dialect. */
    readonly litellmErrors: boolean;
  };
  readonly streams: {
    /** The usage chunk goes to every streaming client, asked for or not. */
    readonly alwaysIncludeUsage: boolean;
  };
  readonly limits: {
    /** Largest request body (default 32 MiB) and whole reply (64 MiB) that are taken, bytes. */
    readonly requestBytes: number;
    readonly replyBytes: number;
    readonly jsonDepth: number;
    readonly eventBytes: number;
    /** Of clients at once; absent where the system's limit of open files decides. */
    readonly connections?: number;
    /** Of those, from one address. */
    readonly connectionsPerAddress: number;
  };
  readonly timeouts: {
    readonly connectMs: number;
    readonly firstByteMs: number;
    readonly betweenChunksMs: number;
  };
  /** How the process ends: see `ShutDownTimes`. */
  readonly shutdown: { readonly lagMs: number; readonly drainMs: number };
  /** TLS certificate authorities: a file's path, or `false` to accept any certificate (said loudly). */
  readonly tls: { readonly caFile?: string; readonly verify: boolean };
  /** Past requests that can be explained, ≤ 2 KB each; 0: none. */
  readonly decisions: { readonly max: number };
  /** What callers say in `x-` headers of their own reaches vendors. */
  readonly forwardsHeaders?: true;
  /** Files that requests name by their addresses, for vendors that take bytes only. */
  readonly files: {
    readonly isOn: boolean;
    /** Hosts and networks that may be asked though they are private. */
    readonly allow: readonly string[];
    readonly mostBytes: number;
    readonly timeoutMs: number;
  };
  /** Answers that later requests may go on from: so many, so much memory, for so long. */
  readonly responses: { readonly max: number; readonly bytes: number; readonly keepMs: number };
  readonly apps: AppsSettings;
}
