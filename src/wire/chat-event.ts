import type { JsonObject } from '#core/json.ts';

/** Tokens as the vendor counted them. A number that the vendor did not give is absent, never 0. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedTokens?: number;
  readonly reasoningTokens?: number;
}

export interface ChatMessage {
  readonly role: string;
  /** A string, null or content parts, as the dialect gave them. */
  readonly content: JsonObject[] | string | null;
  /** What else the message carries (`tool_calls`, `name`, …), untouched. */
  readonly extra: JsonObject;
}

/** A chat request in no vendor's words. What a dialect does not know stays in `extra`, untouched. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly stream: boolean;
  /** Whether the caller asked for a usage chunk at the end of the stream. */
  readonly includeUsage: boolean;
  readonly maxOutputTokens?: number;
  readonly extra: JsonObject;
}

export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'other';

/**
 * The hub: a reply in no vendor's words.
 * Grammar: start (block-start block-delta* block-end)* usage? (finish | error), or an error alone.
 * Blocks of different index may interleave; nothing follows the last event.
 */
export type ChatEvent =
  | {
      readonly type: 'start';
      readonly id: string;
      readonly model: string;
      readonly created: number;
    }
  | { readonly type: 'block-start'; readonly index: number; readonly block: Block }
  | { readonly type: 'block-delta'; readonly index: number; readonly delta: string }
  | { readonly type: 'block-end'; readonly index: number }
  | { readonly type: 'usage'; readonly usage: Usage }
  | { readonly type: 'finish'; readonly reason: FinishReason; readonly raw: string }
  | { readonly type: 'error'; readonly error: UpstreamError };

export type Block =
  | { readonly kind: 'text' | 'reasoning' | 'refusal' }
  | { readonly kind: 'tool-call'; readonly id: string; readonly name: string };

/** What a vendor said went wrong, in our classes. */
export interface UpstreamError {
  readonly kind:
    | 'invalid'
    | 'auth'
    | 'rate-limit'
    | 'overloaded'
    | 'timeout'
    | 'content'
    | 'context-length'
    | 'broken';
  readonly status: number;
  /** The vendor's own words, shortened; may be shown to the caller after redaction. */
  readonly message: string;
  /** The vendor's own `type` and `code`, when it gave them. */
  readonly type?: string;
  readonly code?: string;
  readonly param?: string;
  readonly retryAfterMs?: number;
}
