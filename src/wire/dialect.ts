import type { Json, JsonObject } from '#core/json.ts';
import type { ChatEvent, ChatRequest, UpstreamError, Usage } from '#wire/chat-event.ts';

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

/** The fields of a request that a gateway touches, checked; everything else is the vendor's business. */
export interface Touched {
  readonly model: string;
  readonly stream: boolean;
  readonly includeUsage: boolean;
}

/**
 * What a stream message means to a gateway that passes it on as it is.
 * `opening` says nothing yet (a role), `content` is the first thing a person could notice,
 * `usage` carries numbers and nothing else, `done` is the end mark.
 */
export interface Passing {
  readonly kind: 'opening' | 'content' | 'usage' | 'done' | 'error';
  /** The answers, by index, whose finish reason was in it: a stream that ends after all of them is whole. */
  readonly finished: readonly number[];
  readonly usage?: Usage;
  readonly error?: UpstreamError;
}

/** Where a request goes whose body stays as it is. */
export interface Redirection {
  readonly model: string;
  /** False where usage comes unasked, and asking is refused. */
  readonly asksUsage: boolean;
}

/** A wire dialect, both directions. Pure: no clock, no network, no randomness. */
export interface ChatDialect {
  readonly name: string;
  /** Throws SpillwayError `invalid_request` with `param` set when a touched field has a wrong type. */
  touchRequest(body: JsonObject): Touched;
  /** As `touchRequest`; what it does not know goes to `request.extra`, untouched. */
  readRequest(body: JsonObject): ChatRequest;
  writeRequest(request: ChatRequest): JsonObject;
  /** The same body, addressed to another model, and asking for usage where a stream would not tell it. */
  redirectRequest(body: JsonObject, to: Redirection): JsonObject;
  /** Throws SpillwayError `upstream_invalid` when the body is not a reply of this dialect. */
  readReply(body: Json): ChatEvent[];
  writeReply(events: readonly ChatEvent[]): JsonObject;
  streamReader(): Step<Frame, ChatEvent>;
  /** `includeUsage`: whether the caller asked for a usage chunk. */
  streamWriter(options: { readonly includeUsage: boolean }): Step<ChatEvent, Frame>;
  /**
   * Reads no more of a passing message than it must. `begun`: content has been seen before, so only
   * usage, errors and the end still matter. Throws SpillwayError `upstream_invalid` on what is no JSON.
   */
  watch(data: Buffer, begun: boolean): Passing;
  /** Never throws: an unreadable body is kind `broken`, unless its status is plain enough (401, 429, 503). */
  readError(status: number, headers: ReplyHeaders, body: string): UpstreamError;
}
