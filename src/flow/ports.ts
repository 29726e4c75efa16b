import type { ChatEvent } from '#wire/chat-event.ts';
import type { ChatRequest } from '#wire/chat-request.ts';

/** Who served a model call: sent once per call, before its first event. */
export interface Served {
  readonly type: 'served';
  readonly deployment: string;
  readonly attempts: number;
  readonly queueMs: number;
}

export interface ModelCall {
  readonly runId: string;
  readonly nodeId: string;
  readonly signal: AbortSignal;
  /** When the run is over at the latest, monotonic ms: a call may wait for its turn until then. */
  readonly deadline: number;
}

/** All that a flow may ask of the world. `main` fills it; the flow never learns whether `chat` crosses a socket. */
export interface FlowServices {
  /**
   * Throws SpillwayError when no answer begins; an `error` event when one breaks off. Either says what
   * a person may read: secrets and hosts are out already. Ends soon after the call's signal aborts.
   */
  chat(request: ChatRequest, call: ModelCall): AsyncIterable<ChatEvent | Served>;
}
