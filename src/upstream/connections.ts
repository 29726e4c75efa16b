import type { Client, Dispatcher } from 'undici';
import { isReset } from '#upstream/failure.ts';
import { UndiciClient } from '#upstream/undici.ts';

/** One request at a time on each connection; no timer but the one that closes idle sockets. */
const OPTIONS: Client.Options = {
  allowH2: false,
  pipelining: 1,
  headersTimeout: 0,
  bodyTimeout: 0,
  keepAliveTimeout: 30_000,
  maxHeaderSize: 32_768,
};

/**
 * The connections to one origin. The one that was used last is used next: it is found at once, its
 * state is still in the processor's cache, and the ones that a peak has left over may close.
 * An idle connection may be closed by the other side just when a request is written to it: one that
 * was used before and is closed without a byte of an answer has its request sent again, once, on a new
 * connection.
 */
export class Connections {
  readonly #origin: string;
  readonly #options: Client.Options;
  readonly #all = new Set<Client>();
  readonly #idle: Client[] = [];
  /** Those that have carried an answer since they were connected. */
  readonly #used = new WeakSet<Client>();

  constructor(origin: string, connect: NonNullable<Client.Options['connect']>) {
    this.#origin = origin;
    this.#options = { ...OPTIONS, connect };
  }

  dispatch(request: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const client = this.#idle.pop() ?? this.#open();
    return this.#send(client, request, handler);
  }

  async destroy(): Promise<void> {
    await Promise.all([...this.#all].map((client) => client.destroy()));
  }

  #send(
    client: Client,
    request: Dispatcher.DispatchOptions,
    handler: Dispatcher.DispatchHandler,
  ): boolean {
    const wasUsed = this.#used.has(client);
    const turn = new Turn(handler, {
      over: (isWhole) => {
        if (isWhole) this.#used.add(client);
        this.#idle.push(client);
      },
      ...(wasUsed && { again: () => this.#send(this.#open(), request, handler) }),
    });
    return client.dispatch(request, turn);
  }

  #open(): Client {
    const client = new UndiciClient(this.#origin, this.#options);
    this.#all.add(client);
    client.on('disconnect', () => {
      this.#used.delete(client);
      const place = this.#idle.indexOf(client);
      if (place < 0) return;
      this.#idle.splice(place, 1);
      this.#all.delete(client);
    });
    return client;
  }
}

interface TurnEnds {
  /** The connection is free. `isWhole`: it has carried a whole answer. */
  over(isWhole: boolean): void;
  /** Sends the same request on a new connection; absent where this one is new itself. */
  again?(): void;
}

/** One request's turn on a connection, which is free again when the turn is over. */
class Turn implements Dispatcher.DispatchHandler {
  readonly #handler: Dispatcher.DispatchHandler;
  readonly #ends: TurnEnds;
  #isOver = false;
  #hasBegun = false;

  constructor(handler: Dispatcher.DispatchHandler, ends: TurnEnds) {
    this.#handler = handler;
    this.#ends = ends;
  }

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    this.#handler.onRequestStart?.(controller, context);
  }

  onResponseStart(
    ...head: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>
  ): void {
    this.#hasBegun = true;
    this.#handler.onResponseStart?.(...head);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#handler.onResponseData?.(controller, chunk);
  }

  onResponseEnd(
    ...end: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseEnd']>>
  ): void {
    this.#release(true);
    this.#handler.onResponseEnd?.(...end);
  }

  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    const wasOver = this.#isOver;
    this.#release(false);
    if (!wasOver && !this.#hasBegun && this.#ends.again && isReset(error)) this.#ends.again();
    else this.#handler.onResponseError?.(controller, error);
  }

  /** Once: an end may be followed by an error, and a connection that is twice idle would be taken twice. */
  #release(isWhole: boolean): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#ends.over(isWhole);
  }
}
