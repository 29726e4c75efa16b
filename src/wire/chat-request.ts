import type { Json, JsonObject } from '#core/json.ts';

/** Bytes, or a place to get them from. `data` is base64 without a prefix. */
export type Source =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'data'; readonly mediaType: string; readonly data: string }
  /** A file that its vendor knows under this id. */
  | { readonly kind: 'file'; readonly id: string };

/** Up to here the vendor is asked to remember the prompt. */
export interface CacheMark {
  readonly ttl?: '5m' | '1h';
}

/** One piece of a message. */
export type Part = {
  readonly cache?: CacheMark;
  /** Fields that the hub has no word for: written again only by the dialect that read them. */
  readonly extra?: JsonObject;
  /** Of a file: its path in the caller's body, for errors. */
  readonly at?: string;
} & (
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'image'; readonly source: Source; readonly detail?: string }
  | { readonly kind: 'audio'; readonly source: Source }
  | { readonly kind: 'document'; readonly source: Source; readonly name?: string }
  | {
      readonly kind: 'reasoning';
      readonly text: string;
      readonly signature?: string;
      readonly redacted?: string;
      readonly id?: string;
    }
  | { readonly kind: 'refusal'; readonly text: string }
  | ToolCallPart
  | ToolResultPart
  /** Something that only one dialect has a word for. */
  | { readonly kind: 'other'; readonly dialect: string; readonly value: Json }
);

export interface ToolCallPart {
  readonly kind: 'tool-call';
  readonly id: string;
  readonly name: string;
  /** JSON text of the arguments, as the model wrote it: it may be broken. */
  readonly input: string;
  readonly signature?: string;
}

/** Stands in a message of the user. */
export interface ToolResultPart {
  readonly kind: 'tool-result';
  /** The call's. */
  readonly id: string;
  /** The tool's, where the dialect gives it; else it is found by the call's id. */
  readonly name?: string;
  readonly content: readonly Part[];
  readonly isError?: boolean;
}

/**
 * A message. `system` may stand anywhere; writers that have one place for it gather them there.
 * Results of tools are parts of the user's messages; writers split or merge as their vendor wants it.
 */
export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly parts: readonly Part[];
  readonly name?: string;
  readonly extra?: JsonObject;
}

export interface Tool {
  readonly name: string;
  readonly description?: string;
  /** JSON Schema of the arguments. */
  readonly schema?: JsonObject;
  readonly strict?: boolean;
  readonly cache?: CacheMark;
  /** Fields that the hub has no word for: written again only by the dialect that read them. */
  readonly extra?: JsonObject;
}

/** A tool that its vendor runs (a search, an interpreter): only its own dialect can write it. */
export interface VendorTool {
  readonly dialect: string;
  readonly value: JsonObject;
}

export type ToolChoice =
  | { readonly kind: 'auto' | 'none' | 'required' }
  | { readonly kind: 'tool'; readonly name: string };

/** What an answer's text must be. */
export type Format =
  | { readonly kind: 'json' }
  | {
      readonly kind: 'schema';
      readonly name?: string;
      readonly description?: string;
      readonly schema: JsonObject;
      readonly strict?: boolean;
    };

export interface Reasoning {
  /** none, minimal, low, medium, high or xhigh. */
  readonly effort?: string;
  /** Tokens that it may spend; 0 is off, -1 as the vendor thinks fit. */
  readonly budgetTokens?: number;
  /** Whether, and how, thoughts are shown: auto, concise, detailed or none. */
  readonly summary?: string;
}

/** A chat request in no vendor's words. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly stream: boolean;
  /** Whether the caller asked for a usage chunk at the end of the stream. */
  readonly includeUsage: boolean;
  readonly maxOutputTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly stop?: readonly string[];
  readonly seed?: number;
  readonly presencePenalty?: number;
  readonly frequencyPenalty?: number;
  /** How many answers; one where absent. */
  readonly choices?: number;
  /** Log-probabilities, with so many alternatives. */
  readonly logprobs?: { readonly top?: number };
  readonly tools?: readonly (Tool | VendorTool)[];
  readonly toolChoice?: ToolChoice;
  readonly parallelTools?: boolean;
  readonly format?: Format;
  readonly reasoning?: Reasoning;
  readonly user?: string;
  readonly serviceTier?: string;
  readonly metadata?: JsonObject;
  /** Which dialect this was read from. */
  readonly dialect: string;
  /** What its reader has no word for, by the caller's names: written again only by the same dialect. */
  readonly extra: JsonObject;
}

/** Fields of which a vendor may have no counterpart. */
export type RequestField =
  | 'temperature'
  | 'topP'
  | 'topK'
  | 'stop'
  | 'seed'
  | 'presencePenalty'
  | 'frequencyPenalty'
  | 'choices'
  | 'logprobs'
  | 'tools'
  | 'toolChoice'
  | 'parallelTools'
  | 'format'
  | 'reasoning'
  | 'user'
  | 'serviceTier'
  | 'metadata';

/** What of a request may have no place with a vendor. */
export type LeftField = RequestField | 'cacheMarks';

export const isVendorTool = (tool: Tool | VendorTool): tool is VendorTool => 'dialect' in tool;
