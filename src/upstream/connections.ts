import type { IncomingHttpHeaders } from 'node:http';
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
  readonly #idle: Connection[] = [];

  constructor(origin: string, connect: NonNullable<Client.Options['connect']>) {
    this.#origin = origin;
    this.#options = { ...OPTIONS, connect };
  }

  dispatch(request: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    return send(this.#idle.pop() ?? this.#open(), request, handler);
  }

  async destroy(): Promise<void> {
    await Promise.all([...this.#all].map((client) => client.destroy()));
  }

  #open(): Connection {
    const client = new UndiciClient(this.#origin, this.#options);
    const connection: Connection = {
      client,
      isUsed: false,
      free: () => void this.#idle.push(connection),
      replace: () => this.#open(),
    };
    this.#all.add(client);
    client.on('disconnect', () => {
      connection.isUsed = false;
      const place = this.#idle.indexOf(connection);
      if (place < 0) return;
      this.#idle.splice(place, 1);
      this.#all.delete(client);
    });
    return connection;
  }
}

/** One of them. What there is to do with it is made with it, and not for each request. */
interface Connection {
  readonly client: Client;
  /** It has carried an answer since it was connected. */
  isUsed: boolean;
  /** Whoever comes next may take it. */
  free(): void;
  /** A new one. */
  replace(): Connection;
}

const send = (
  connection: Connection,
  request: Dispatcher.DispatchOptions,
  handler: Dispatcher.DispatchHandler,
): boolean => connection.client.dispatch(request, new Turn(connection, request, handler));

/** One request's turn on a connection, which is free again when the turn is over. */
class Turn implements Dispatcher.DispatchHandler {
  readonly #connection: Connection;
  readonly #request: Dispatcher.DispatchOptions;
  readonly #handler: Dispatcher.DispatchHandler;
  readonly #wasUsed: boolean;
  #isOver = false;
  #hasBegun = false;

  constructor(
    connection: Connection,
    request: Dispatcher.DispatchOptions,
    handler: Dispatcher.DispatchHandler,
  ) {
    this.#connection = connection;
    this.#request = request;
    this.#handler = handler;
    this.#wasUsed = connection.isUsed;
  }

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    this.#handler.onRequestStart?.(controller, context);
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    this.#hasBegun = true;
    this.#handler.onResponseStart?.(controller, status, headers);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#handler.onResponseData?.(controller, chunk);
  }

  onResponseEnd(controller: Dispatcher.DispatchController, trailers: IncomingHttpHeaders): void {
    this.#release(true);
    this.#handler.onResponseEnd?.(controller, trailers);
  }

  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    const wasOver = this.#isOver;
    this.#release(false);
    const isStale = this.#wasUsed && !wasOver && !this.#hasBegun && isReset(error);
    if (isStale) send(this.#connection.replace(), this.#request, this.#handler);
    else this.#handler.onResponseError?.(controller, error);
  }

  /** Once: an end may be followed by an error, and a connection that is twice idle would be taken twice. */
  #release(isWhole: boolean): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (isWhole) this.#connection.isUsed = true;
    this.#connection.free();
  }
}
