import type { Json, JsonObject } from '#core/json.ts';
import type { ChatEvent, ChatRequest, UpstreamError } from '#wire/chat-event.ts';

/** One stream message with its framing (SSE, AWS event stream) removed. */
export interface Frame {
  readonly event?: string;
  readonly data: string;
}

/** A step machine: synchronous, fed in order; `end` is called once, also when the other side broke off. */
export interface Step<In, Out> {
  push(item: In): Out[];
  end(): Out[];
}

/** HTTP response headers, names in lower case. */
export type ReplyHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A wire dialect, both directions. Pure: no clock, no network, no randomness. */
export interface ChatDialect {
  readonly name: string;
  /** Throws SpillwayError `invalid_request` with `param` set. Unknown fields go to `request.extra`. */
  readRequest(body: Json): ChatRequest;
  writeRequest(request: ChatRequest): JsonObject;
  /** Throws SpillwayError `upstream_invalid` when the body is not a reply of this dialect. */
  readReply(body: Json): ChatEvent[];
  writeReply(events: readonly ChatEvent[]): JsonObject;
  streamReader(): Step<Frame, ChatEvent>;
  /** `includeUsage`: whether the caller asked for a usage chunk. */
  streamWriter(options: { readonly includeUsage: boolean }): Step<ChatEvent, Frame>;
  /** Never throws: an unreadable body is kind `broken`. */
  readError(status: number, headers: ReplyHeaders, body: string): UpstreamError;
}
