import type { Json, JsonObject } from '#core/json.ts';
import type { CostParts } from '#core/price.ts';
import type { FlowFile } from '#flow/file.ts';
import type { Spent, Took } from '#flow/spent.ts';
import type { ChatEvent, Usage } from '#wire/chat-event.ts';
import type { ChatRequest } from '#wire/chat-request.ts';

/** Who served a model call: sent once per call, before its first event. */
export interface Served {
  readonly type: 'served';
  readonly deployment: string;
  readonly attempts: number;
  readonly queueMs: number;
  /** The gateway's id of the call: its decision is kept under it. */
  readonly callId?: string;
  /** What the vendor calls the call, where it says. */
  readonly upstreamId?: string;
  readonly model?: string;
}

/** What a model call came to, by the gateway's id of it. */
export interface CallSpent {
  readonly type: 'spent';
  readonly callId: string;
  readonly usage?: Usage;
  /** Nano-dollars, where that is known. */
  readonly costNanos?: number;
}

/** What a model call came to, after its last event; not sent where nobody knows. */
export interface Priced {
  readonly type: 'priced';
  /** Nano-dollars. */
  readonly costNanos: number;
  /** What that is made of, where its vendor has told the tokens. */
  readonly parts?: CostParts;
}

/** How long a model call took, its wait for its turn included; after its last event. */
export interface Timed extends Took {
  readonly type: 'timed';
}

export interface ModelCall {
  readonly runId: string;
  readonly nodeId: string;
  readonly signal: AbortSignal;
  /** When the run is over at the latest, monotonic ms: a call may wait for its turn until then. */
  readonly deadline: number;
}

/** An HTTP request that a flow makes. Only `http:` and `https:` addresses. */
export interface FlowRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** Time for all of it, ms. */
  readonly timeoutMs: number;
  /** So much of the answer is read, bytes; more is an error. */
  readonly limitBytes: number;
  /** Told of what is read while it is; throws where several answers together are too much. */
  readonly count?: (bytes: number) => void;
  /** False: the certificate of the other side is not checked, where the operator allows that. */
  readonly verify?: boolean;
}

export interface FlowReply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface CodeJob {
  readonly language: 'javascript' | 'python3';
  readonly code: string;
  /** The arguments of `main` by name. */
  readonly inputs: JsonObject;
}

export interface MadeFile {
  readonly name: string;
  readonly mimeType: string;
  readonly bytes: Uint8Array;
}

/** A Jinja template, and what stands in it. */
export interface JinjaJob {
  readonly template: string;
  readonly values: JsonObject;
  /** Longest text that may come out, UTF-16 units. */
  readonly limitChars: number;
}

export interface FlowFiles {
  /** Throws SpillwayError `node_failed` when it cannot be had, `too_large`. */
  read(file: FlowFile, signal: AbortSignal): Promise<Uint8Array>;
  keep(file: MadeFile): Promise<FlowFile>;
}

/** A tool that a flow may use, in no vendor's words. */
export interface FlowTool {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of what it takes. */
  readonly schema: JsonObject;
}

export interface ToolRef {
  /** As the DSL says it: `builtin`, `api`, `workflow`, … */
  readonly kind: string;
  readonly provider: string;
  readonly tool: string;
  /** Where the DSL tells it apart from the provider's name. */
  readonly providerId?: string;
}

export interface ToolAnswer {
  readonly text: string;
  readonly json: readonly Json[];
  readonly files: readonly FlowFile[];
  /** By its own model calls, where it makes any. */
  readonly spent?: Spent;
}

export interface ToolCall {
  readonly inputs: JsonObject;
  readonly runId: string;
  readonly signal: AbortSignal;
  readonly deadline: number;
  /** How many flows stand above this call: a flow that is a tool adds one. */
  readonly depth: number;
  /** Hears of each model call that the tool makes itself, whatever becomes of the tool. */
  readonly tell?: (event: Served | CallSpent) => void;
}

export interface FlowTools {
  /** Undefined when there is no such tool. */
  find(ref: ToolRef): FlowTool | undefined;
  /** Throws SpillwayError `node_failed`. */
  use(ref: ToolRef, call: ToolCall): Promise<ToolAnswer>;
}

/**
 * All that a flow may ask of the world. `main` fills it; the flow never learns whether `chat` crosses
 * a socket. A node that needs what is left out fails, and says so.
 */
export interface FlowServices {
  /**
   * Throws SpillwayError when no answer begins; an `error` event when one breaks off. Either says what
   * a person may read: secrets and hosts are out already. Ends soon after the call's signal aborts.
   */
  chat(request: ChatRequest, call: ModelCall): AsyncIterable<ChatEvent | Served | Priced | Timed>;
  /** How long a prompt and its answer may be together, tokens; undefined where nobody knows. */
  readonly contextTokens?: (model: string) => number | undefined;
  /** Throws SpillwayError `node_failed`, `too_large` or `timeout`. */
  readonly fetch?: (request: FlowRequest, signal: AbortSignal) => Promise<FlowReply>;
  /** What `main` returned. Throws SpillwayError `node_failed`, `too_large` or `timeout`. */
  readonly runCode?: (job: CodeJob, signal: AbortSignal) => Promise<Json>;
  /** Throws SpillwayError `node_failed` or `too_large`. */
  readonly renderJinja?: (job: JinjaJob, signal: AbortSignal) => Promise<string>;
  readonly files?: FlowFiles;
  /** A document's text. Throws SpillwayError `node_failed`. */
  readonly extractText?: (
    bytes: Uint8Array,
    file: FlowFile,
    signal: AbortSignal,
  ) => Promise<string>;
  readonly tools?: FlowTools;
}
