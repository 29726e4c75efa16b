import type { Json, JsonObject } from '#core/json.ts';

/**
 * Tokens as the vendor counted them. A number that the vendor did not give is absent, never 0.
 * The input includes what was read from a cache and written to one; the output includes reasoning.
 */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedTokens?: number;
  readonly cacheWriteTokens?: number;
  readonly reasoningTokens?: number;
}

export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'other';

/**
 * The hub: a reply in no vendor's words.
 * Grammar: start (block-start (block-delta | citation | logprobs)* block-end | extra)* usage?
 * (finish+ | error), or an error alone. Blocks of different index may interleave, and all are closed
 * before usage; one finish for each choice; nothing follows the last event.
 */
export type ChatEvent =
  | {
      readonly type: 'start';
      readonly id: string;
      readonly model: string;
      /** Seconds since 1970; 0 where the vendor does not say. */
      readonly created: number;
    }
  | {
      readonly type: 'block-start';
      readonly index: number;
      readonly block: Block;
      /** Which of several answers it belongs to; the first where absent. */
      readonly choice?: number;
    }
  /** Text; of a tool call a piece of its JSON text, of an image base64. */
  | { readonly type: 'block-delta'; readonly index: number; readonly delta: string }
  | { readonly type: 'citation'; readonly index: number; readonly citation: Citation }
  /** As OpenAI gives them. */
  | { readonly type: 'logprobs'; readonly index: number; readonly value: Json }
  /** `signature`: the vendor's seal on a reasoning block or a tool call. */
  | { readonly type: 'block-end'; readonly index: number; readonly signature?: string }
  | { readonly type: 'usage'; readonly usage: Usage }
  | FinishEvent
  /** What one vendor says of the whole reply beyond that. */
  | { readonly type: 'extra'; readonly dialect: string; readonly value: JsonObject }
  | { readonly type: 'error'; readonly error: UpstreamError };

export interface FinishEvent {
  readonly type: 'finish';
  readonly reason: FinishReason;
  /** The vendor's own word. */
  readonly raw: string;
  readonly choice?: number;
  readonly stopSequence?: string;
}

export type Block =
  | { readonly kind: 'text' | 'refusal' }
  /** Thoughts that are sealed come whole, at the start. */
  | { readonly kind: 'reasoning'; readonly redacted?: string; readonly id?: string }
  /** A seal of vendors who send a call whole is told here, too, for dialects that cannot wait for its end. */
  | {
      readonly kind: 'tool-call';
      readonly id: string;
      readonly name: string;
      readonly signature?: string;
    }
  | { readonly kind: 'image'; readonly mediaType: string };

/** Where a piece of text comes from; `from` and `to` are its place in the block, UTF-16 units. */
export interface Citation {
  readonly url?: string;
  readonly title?: string;
  /** The words that are cited. */
  readonly text?: string;
  readonly from?: number;
  readonly to?: number;
  readonly extra?: JsonObject;
}

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
