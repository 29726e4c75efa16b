import type { Json, JsonObject } from '#core/json.ts';
import type { ChatEvent, UpstreamError, Usage } from '#wire/chat-event.ts';
import type { ChatRequest, LeftField, RequestField } from '#wire/chat-request.ts';
import type { FilePart } from '#wire/linked-parts.ts';
import type { ToolNameRules } from '#wire/tool-names.ts';

/** One stream message with its framing (SSE, AWS event stream) removed. */
export interface Frame {
  /** The message's type, where its framing carries one. */
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
  /** As far as it tells it: some vendors tell the input at the start and the output at the end. */
  readonly usage?: Partial<Usage>;
  readonly error?: UpstreamError;
}

/** What a vendor or one of its models wants otherwise than its dialect has it; data of the provider. */
export interface Quirks {
  /** The field that caps the answer, by the dialect's name for it. */
  readonly maxTokensField?: string;
  /** Fields that it refuses. */
  readonly refuses?: readonly RequestField[];
  /** It knows no message of the system: what one says goes before what the user says. */
  readonly noSystemRole?: boolean;
  /** It wants its thoughts back with the messages. */
  readonly returnsThoughts?: boolean;
  /** It refuses calls of tools that have an id, in a dialect that has them. */
  readonly noCallIds?: boolean;
  /** It takes files as bytes only, in a dialect that has a word for their addresses. */
  readonly wantsBytes?: boolean;
  /** It understands marks of what to keep of a prompt, in a dialect that has none of its own. */
  readonly cacheMarks?: boolean;
}

/** Where a request goes whose body stays as it is. */
export interface Redirection {
  readonly model: string;
  /** False where usage comes unasked, and asking is refused. */
  readonly asksUsage: boolean;
  readonly quirks?: Quirks;
}

/** Where a request goes that is written anew. */
export interface WriteOptions extends Redirection {
  /** The most that the model may answer with, where known: for vendors who demand a number. */
  readonly mostOutputTokens?: number;
}

export interface Written {
  readonly body: JsonObject;
  /** What was asked for and has no counterpart here: it is not in `body`. */
  readonly left: readonly LeftField[];
  /** Of another dialect's extras those that are in `body` all the same. */
  readonly taken?: readonly string[];
  /** The answer's format is a tool that must be called: its reader has to be told. */
  readonly emulates?: 'format';
}

export interface ReadOptions {
  /** What the request's writer said that it emulates. */
  readonly emulates?: 'format' | undefined;
}

export interface ReplyWriteOptions {
  /** What the caller asked for, as it was read: for dialects whose replies repeat some of it. */
  readonly request?: JsonObject | undefined;
}

export interface StreamWriteOptions extends ReplyWriteOptions {
  /** Whether the caller asked for a usage chunk. */
  readonly includeUsage: boolean;
}

/** An error that is to be told in a dialect. */
export interface ToldError {
  /** As HTTP has it. */
  readonly status: number;
  readonly message: string;
  readonly type?: string;
  readonly code?: string;
  readonly param?: string;
  /** The request's. */
  readonly id?: string;
  /** When it may be sent again. */
  readonly retryAfterMs?: number;
}

/** A wire dialect, both directions. Pure: no clock, no network, no randomness. */
export interface ChatDialect {
  readonly name: string;
  /** Of its streams; server-sent events where absent. */
  readonly framing?: 'sse' | 'aws-event-stream';
  /** The mark that ends its streams, which the gateway writes itself; absent where the last message does. */
  readonly endMark?: string;
  /** The header under which its clients look for the name of their request. */
  readonly requestIdHeader?: string;
  /** What its vendors take as the name of a tool; anything where absent. */
  readonly toolNames?: ToolNameRules;
  /** Whether it can say such a file by its bytes only; by its address, too, where absent. */
  readonly wantsBytes?: (part: FilePart) => boolean;
  /** Its own names for the hub's fields, for errors in its callers' words. */
  readonly paramNames: Readonly<Partial<Record<LeftField, string>>>;
  /**
   * Of what its requests leave in `extra`: fields that change the answer. Another dialect cannot
   * take them, and their caller is told so; all other extras are dropped there.
   */
  readonly ownParams?: ReadonlySet<string>;
  /** Throws SpillwayError `invalid_request` with `param` set when a touched field has a wrong type. */
  touchRequest(body: JsonObject): Touched;
  /** As `touchRequest`; what it does not know goes to `extra`, untouched. */
  readRequest(body: JsonObject): ChatRequest;
  /** Throws SpillwayError `invalid_request` on a part of a message that this dialect cannot say. */
  writeRequest(request: ChatRequest, options: WriteOptions): Written;
  /** The same body, addressed to another model, and asking for usage where a stream would not tell it. */
  redirectRequest(body: JsonObject, to: Redirection): JsonObject;
  /** Throws SpillwayError `upstream_invalid` when the body is not a reply of this dialect. */
  readReply(body: Json, options?: ReadOptions): ChatEvent[];
  writeReply(events: readonly ChatEvent[], options?: ReplyWriteOptions): JsonObject;
  /** The id of a reply that another dialect's vendor has given, for a call's; the vendor's own where absent. */
  replyId?(callId: string): string;
  streamReader(options?: ReadOptions): Step<Frame, ChatEvent>;
  streamWriter(options: StreamWriteOptions): Step<ChatEvent, Frame>;
  /**
   * Reads no more of a passing message than it must. `begun`: content has been seen before, so only
   * usage, errors and the end still matter. Throws SpillwayError `upstream_invalid` on what is no JSON.
   */
  watch(data: Buffer, begun: boolean): Passing;
  /** Never throws: an unreadable body is kind `broken`, unless its status is plain enough (401, 429, 503). */
  readError(status: number, headers: ReplyHeaders, body: string): UpstreamError;
  /** The body of an error as this dialect's clients expect it. */
  writeError(error: ToldError): JsonObject;
}
