import type { Finding } from '#core/finding.ts';
import type { JsonObject } from '#core/json.ts';

/** One row of `model_list`, complete and resolved. */
export interface Deployment {
  /** `model_info.id`, else LiteLLM's sha256 over the resolved parameters: `x-litellm-model-id`. */
  readonly id: string;
  /** Short and readable, unique within the file: `model_info.id`, else `PJ1` of `…_PJ1`, else `gpt-4.1-2`. */
  readonly name: string;
  /** The public name that clients send (`model_name`). */
  readonly group: string;
  readonly provider: string;
  /** The model's name at the vendor: what is sent upstream. */
  readonly model: string;
  readonly apiKey?: string;
  /** Where `apiKey` came from, for messages: `OPENAI_API_KEY_PJ1`, or `config` for a literal. */
  readonly apiKeySource?: string;
  /** The vendor's base URL without a trailing slash, when the config or the environment names one. */
  readonly apiBase?: string;
  readonly organization?: string;
  readonly weight?: number;
  readonly rpm?: number;
  readonly tpm?: number;
  readonly order?: number;
  readonly timeoutMs?: number;
  readonly streamTimeoutMs?: number;
  readonly numRetries?: number;
  readonly extraHeaders: Readonly<Record<string, string>>;
  /** Body fields sent unless the caller's request has them: `temperature` and the like. */
  readonly defaults: JsonObject;
  readonly modelInfo: JsonObject;
  readonly line: number;
  readonly column: number;
}

/** A row that cannot serve, and why: its key's variable is not set, its provider is not known. */
export interface UnusableDeployment {
  readonly name: string;
  readonly group: string;
  readonly reason: Finding;
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
  /** Settings that are understood but have no effect yet, unknown settings, odd combinations. */
  readonly warnings: readonly Finding[];
  readonly masterKey?: string;
  readonly routing: {
    /** The policy's name; LiteLLM's default where the file names none. */
    readonly strategy: string;
    readonly strategyOptions: JsonObject;
    readonly numRetries: number;
    /** Shortest pause before a retry that has no other deployment to go to, ms. */
    readonly retryAfterMs: number;
    readonly timeoutMs: number;
    readonly streamTimeoutMs?: number;
    /** Public name → group. */
    readonly aliases: Readonly<
      Record<string, { readonly group: string; readonly hidden: boolean }>
    >;
  };
  readonly compat: {
    /** simple-shuffle draws each request on its own, as LiteLLM does, blind to calls in flight. */
    readonly independentDraws: boolean;
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
  };
  readonly timeouts: {
    readonly connectMs: number;
    readonly firstByteMs: number;
    readonly betweenChunksMs: number;
  };
  /** TLS certificate authorities: a file's path, or `false` to accept any certificate (said loudly). */
  readonly tls: { readonly caFile?: string; readonly verify: boolean };
  readonly apps: { readonly models: readonly AppModelMapping[] };
}
