import type { JsonObject } from '#core/json.ts';
import type { CredentialSpec } from '#providers/credential-spec.ts';
import type { QuotaRules } from '#providers/quota.ts';
import type { Settings, SettingSources } from '#providers/settings.ts';
import type { Quirks } from '#wire/dialect.ts';
import type { DialectName } from '#wire/dialects.ts';

/** What can be asked of a vendor, by our names. */
export type Operation =
  | 'chat'
  | 'responses'
  | 'messages'
  | 'completions'
  | 'count'
  | 'embeddings'
  | 'rerank';

/** Those of them that are one conversation in different dialects; who is asked in none of its own is asked for a chat. */
export const CONVERSATIONS = [
  'chat',
  'responses',
  'messages',
  'completions',
] as const satisfies readonly Operation[];

/** What a vendor's paths may depend on. */
export interface Place {
  readonly model: string;
  /** Of the API, where it has versions. */
  readonly version?: string | undefined;
  /** Whether the answer comes as a stream. */
  readonly stream: boolean;
  readonly settings: Settings;
  /** The base URL's; `pathname` without a slash at its end. */
  readonly base: { readonly host: string; readonly pathname: string };
}

/** How a key is sent; `bearer`: keys that go as bearer tokens all the same. */
export type KeyPlace = 'bearer' | { readonly header: string; readonly bearer?: RegExp };

/** A parameter that is missing or wrong, and what to write. */
export interface Lack {
  readonly param: string;
  readonly message: string;
}

export interface Endpoint {
  /** Appended to the base URL; may end in a query. */
  readonly path: string | ((place: Place) => string);
  /** The wire dialect it speaks: a name in `wire/dialects.ts`. */
  readonly dialect: DialectName | ((place: Place) => DialectName);
  /** What this vendor wants of a body beside its dialect. */
  readonly amend?: (body: JsonObject, place: Place) => JsonObject;
}

export interface ModelQuirks extends Quirks {
  /** Whose names this matches; all models where absent. */
  readonly models?: RegExp;
}

/** A provider is data: one file, one object. */
export interface Provider {
  /** The prefix in `litellm_params.model`. */
  readonly name: string;
  /** It is one more name for a vendor that has another. */
  readonly isAlias?: true;
  /** Model names that mean this vendor without its prefix. */
  readonly bareModels?: RegExp;
  /** Without a trailing slash; empty when a deployment must name its own `api_base`, or its settings do. */
  readonly baseUrl: string;
  /** Where it depends on the deployment's settings, or its model's name; undefined where they do not tell. */
  readonly baseUrlOf?: (settings: Settings, model: string) => string | undefined;
  /** How a key is sent, where that depends on the base URL's host. */
  readonly auth: KeyPlace | ((host: string) => KeyPlace);
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Headers of callers that it gets to see, names in lower case: in the place of ours, or in addition
   * to them.
   */
  readonly hears?: Readonly<Record<string, 'replaces' | 'adds'>>;
  /** Headers that tell it how long its caller still waits, seconds; names in lower case. */
  readonly hearsDeadline?: readonly string[];
  /**
   * What vouches for a deployment that has no key: fetched tokens or signatures; undefined where its
   * settings name none.
   */
  readonly credentials?: (settings: Settings, model: string) => CredentialSpec | undefined;
  /** Its keys are never sent: they are traded for what is. */
  readonly tradesKey?: (key: string) => CredentialSpec;
  /** Parameters by which a row means such credentials, and no key that a variable happens to hold. */
  readonly insteadOfKey?: readonly string[];
  /** Parameters of a deployment that only this vendor has. */
  readonly settings?: SettingSources;
  /** What a deployment with these settings, and a key or none, cannot do without. */
  readonly lacks?: (settings: Settings, hasKey: boolean) => Lack | undefined;
  /** Whether a deployment can do without a key, as self-hosted endpoints do. */
  readonly keyOptional?: boolean;
  /** Environment variables that hold the key, in the order in which they are read. */
  readonly keyEnv: readonly string[];
  /** Environment variables that hold the base URL, in the order in which they are read. */
  readonly baseEnv: readonly string[];
  /** Where its API has versions: variables that name one, and the one that holds otherwise. */
  readonly version?: { readonly env: readonly string[]; readonly common: string };
  /** The header that names an organisation, where the vendor has one. */
  readonly organizationHeader?: string;
  /** It reports usage in every stream, and refuses a request that asks for it. */
  readonly usageUnasked?: boolean;
  readonly quota: QuotaRules;
  /** What it, or some of its models, want otherwise than their dialect has it; all that fit hold. */
  readonly quirks?: readonly ModelQuirks[];
  /** What can be asked of it, where, and in which dialect. */
  readonly operations: { readonly [Op in Operation]?: Endpoint };
}
