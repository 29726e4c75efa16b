import type { Dispatcher } from 'undici';
import type { CallSignal } from '#core/call-signal.ts';
import type { Clock } from '#core/clock.ts';
import { SpillwayError } from '#core/errors.ts';
import { atTurnEnd } from '#core/turn-end.ts';
import type { Agent } from '#upstream/agents.ts';
import type { AuthHeaders, Credentials } from '#upstream/credentials.ts';
import { type TransportFailure, transportFailure } from '#upstream/failure.ts';
import { packingsOf, Unpacker } from '#upstream/unpacker.ts';
import type { ReplyHeaders } from '#wire/dialect.ts';

/** More are no vendor's. */
const MOST_HEADERS = 100;
/** A timer that comes later than that was held up by this process, ms. */
const LATE_MS = 250;

export interface CallTimeouts {
  /** Until the first byte of the body, ms; absent where an answer may take as long as it wants. */
  readonly firstByteMs?: number | undefined;
  readonly betweenChunksMs: number;
  readonly totalMs: number;
}

export interface UpstreamRequest {
  readonly agent: Agent;
  readonly origin: string;
  /** POST where absent. */
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Adds headers that this one request needs. */
  readonly credentials?: Credentials | undefined;
  readonly body: string;
  /** When it is sent, monotonic ms: its time-outs count from here. */
  readonly startedAt: number;
  readonly timeouts: CallTimeouts;
  readonly signal: CallSignal;
}

/** Hears a reply as it comes, synchronously. After `end` or `failed` nothing more is heard. */
export interface ReplyReader {
  head(status: number, headers: ReplyHeaders): void;
  /** May throw a SpillwayError: the call is cut off and `failed` hears it. */
  data(chunk: Buffer): void;
  end(): void;
  failed(failure: TransportFailure): void;
}

/** The reader's hold on a call under way. */
export interface CallControl {
  pause(): void;
  resume(): void;
  /** Cuts the call off; the reader hears nothing more. */
  abandon(): void;
}

/** Sends one request and tells `reader` what comes back. The signal's abort is heard as `failed`. */
export const callUpstream = (
  clock: Clock,
  request: UpstreamRequest,
  reader: ReplyReader,
): CallControl => {
  const call = new Call(clock, request, reader);
  call.start();
  return call;
};

class Call implements Dispatcher.DispatchHandler, CallControl {
  readonly #clock: Clock;
  readonly #request: UpstreamRequest;
  readonly #reader: ReplyReader;
  #controller: Dispatcher.DispatchController | undefined;
  #over = false;
  #paused = false;
  /** When the last byte came; undefined before the first. */
  #lastByteAt: number | undefined;
  /** Where the answer comes packed. */
  #unpacker: Unpacker | undefined;
  #cancelTimer: (() => void) | undefined;
  /** For so long this process listened to nobody: that is no silence of the upstream's, ms. */
  #deafMs = 0;

  constructor(clock: Clock, request: UpstreamRequest, reader: ReplyReader) {
    this.#clock = clock;
    this.#request = request;
    this.#reader = reader;
  }

  start(): void {
    const { signal, credentials, startedAt } = this.#request;
    if (signal.aborted) return this.#fail(abortReason(signal));
    signal.addEventListener('abort', this.#onAbort);
    this.#arm(startedAt);
    if (credentials) this.#vouch(credentials);
    else this.#send();
  }

  /** The call's deadline holds for this too. */
  #vouch(credentials: Credentials): void {
    const { method = 'POST', origin, path, headers, body } = this.#request;
    try {
      const added = credentials.headersFor({ method, origin, path, headers, body });
      if (!(added instanceof Promise)) return this.#send(added);
      added.then(
        (late) => this.#send(late),
        (thrown: unknown) => this.#fail(SpillwayError.from(thrown)),
      );
    } catch (thrown) {
      this.#fail(SpillwayError.from(thrown));
    }
  }

  #send(added?: AuthHeaders): void {
    if (this.#over) return;
    const { credentials, method = 'POST', path, headers, body } = this.#request;
    const { agent, origin } = credentials?.placeOf?.(this.#request.origin) ?? this.#request;
    const all = added ? { ...headers, ...added } : headers;
    const said = method === 'POST' ? body : null;
    atTurnEnd('send', () => {
      if (!this.#over) agent.dispatch({ origin, path, method, headers: all, body: said }, this);
    });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // Given up while it waited for a socket: it must not be sent any more.
    if (this.#over) controller.abort(new Error('given up'));
  }

  onResponseStart(
    _: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (this.#over || status < 200) return;
    if (hasTooMany(headers)) return this.#fail(tooManyHeaders());
    const packings = packingsOf(headers);
    if (packings.length > 0 && !this.#unpack(packings)) return;
    this.#reader.head(status, headers);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#over) return controller.abort(new Error('unexpected data'));
    this.#lastByteAt = this.#clock.now();
    this.#deafMs = 0;
    if (!this.#unpacker) this.#read(chunk);
    else if (!this.#unpacker.push(chunk)) controller.pause();
  }

  onResponseEnd(): void {
    if (this.#unpacker) this.#unpacker.end();
    else if (this.#finish()) this.#reader.end();
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    if (this.#finish()) this.#reader.failed(transportFailure(error));
  }

  pause(): void {
    this.#paused = true;
    this.#unpacker?.pause();
    this.#controller?.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    // The silence while we did not listen was ours.
    this.#lastByteAt = this.#clock.now();
    this.#unpacker?.resume();
    this.#controller?.resume();
  }

  abandon(): void {
    if (this.#finish()) this.#controller?.abort(new Error('abandoned'));
  }

  #read(chunk: Buffer): void {
    try {
      this.#reader.data(chunk);
    } catch (thrown) {
      this.#fail(SpillwayError.from(thrown));
    }
  }

  /** False when it cannot be opened, and the call has failed. */
  #unpack(packings: readonly string[]): boolean {
    try {
      this.#unpacker = new Unpacker(packings, {
        data: (chunk) => this.#read(chunk),
        drained: () => {
          if (!this.#paused && !this.#over) this.#controller?.resume();
        },
        end: () => {
          if (this.#finish()) this.#reader.end();
        },
        failed: (error) => this.#fail(error),
      });
      return true;
    } catch (thrown) {
      this.#fail(SpillwayError.from(thrown));
      return false;
    }
  }

  readonly #onAbort = (): void => this.#fail(abortReason(this.#request.signal));

  #fail(error: Error): void {
    if (!this.#finish()) return;
    this.#controller?.abort(error);
    this.#reader.failed(transportFailure(error));
  }

  /** True once: the caller of the winning end tells the reader. */
  #finish(): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.#cancelTimer?.();
    this.#unpacker?.destroy();
    this.#request.signal.removeEventListener('abort', this.#onAbort);
    return true;
  }

  /**
   * One timer for all phases, which bytes do not touch: no byte that comes after it was set can make
   * the call due before a whole pause between bytes has passed, and by then it looks again.
   */
  #arm(now: number): void {
    const leftMs = Math.max(0, this.#due().at - now);
    const waitMs = Math.min(leftMs, this.#request.timeouts.betweenChunksMs);
    const ringsAt = now + waitMs;
    this.#cancelTimer = this.#clock.after(waitMs, () => {
      const rangAt = this.#clock.now();
      const lateMs = rangAt - ringsAt;
      // What came meanwhile is only heard after this.
      if (lateMs > LATE_MS) this.#deafMs += lateMs + LATE_MS;
      const due = this.#due();
      if (rangAt < due.at) return this.#arm(rangAt);
      this.#fail(new SpillwayError('timeout', LATE[due.phase](due.limitMs)));
    });
  }

  #due(): Due {
    const { startedAt, timeouts } = this.#request;
    const limitMs = timeouts.totalMs;
    const at = startedAt + limitMs;
    const due = this.#phase();
    return due && due.at < at ? due : { phase: 'total', at, limitMs };
  }

  #phase(): Due | undefined {
    const { startedAt, timeouts } = this.#request;
    const { firstByteMs, betweenChunksMs } = timeouts;
    const since = this.#lastByteAt;
    if (since !== undefined) {
      const heardAt = this.#paused ? this.#clock.now() : since;
      const at = heardAt + betweenChunksMs + this.#deafMs;
      return { phase: 'between', at, limitMs: betweenChunksMs };
    }
    if (firstByteMs === undefined) return undefined;
    const at = startedAt + firstByteMs + this.#deafMs;
    return { phase: 'first', at, limitMs: firstByteMs };
  }
}

/** When a call is over unless something comes, and which of its limits that is. */
interface Due {
  readonly phase: 'first' | 'between' | 'total';
  readonly at: number;
  readonly limitMs: number;
}

const LATE: Readonly<Record<Due['phase'], (limitMs: number) => string>> = {
  first: (limitMs) => `The upstream did not begin to answer within ${seconds(limitMs)}; try again.`,
  between: (limitMs) =>
    `The upstream went silent for ${seconds(limitMs)} in the middle of its answer; try again.`,
  total: (limitMs) =>
    `The upstream did not finish within ${seconds(limitMs)}; ask for less, or for more time.`,
};

/** Without a list of them. */
const hasTooMany = (headers: ReplyHeaders): boolean => {
  let left = MOST_HEADERS;
  for (const name in headers) if (Object.hasOwn(headers, name) && --left < 0) return true;
  return false;
};

const tooManyHeaders = (): SpillwayError =>
  new SpillwayError(
    'upstream_invalid',
    `The upstream sent more than ${MOST_HEADERS} headers; try again.`,
  );

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;

const abortReason = (signal: CallSignal): Error =>
  signal.reason instanceof Error
    ? signal.reason
    : new SpillwayError('client_closed', 'The caller left.');
