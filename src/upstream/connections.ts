import { Client, type Dispatcher } from 'undici';

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
 */
export class Connections {
  readonly #origin: string;
  readonly #options: Client.Options;
  readonly #all = new Set<Client>();
  readonly #idle: Client[] = [];

  constructor(origin: string, connect: NonNullable<Client.Options['connect']>) {
    this.#origin = origin;
    this.#options = { ...OPTIONS, connect };
  }

  dispatch(request: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const client = this.#idle.pop() ?? this.#open();
    return client.dispatch(request, new Turn(handler, client, this.#idle));
  }

  async destroy(): Promise<void> {
    await Promise.all([...this.#all].map((client) => client.destroy()));
  }

  #open(): Client {
    const client = new Client(this.#origin, this.#options);
    this.#all.add(client);
    client.on('disconnect', () => {
      const place = this.#idle.indexOf(client);
      if (place < 0) return;
      this.#idle.splice(place, 1);
      this.#all.delete(client);
    });
    return client;
  }
}

/** One request's turn on a connection, which is free again when the turn is over. */
class Turn implements Dispatcher.DispatchHandler {
  readonly #handler: Dispatcher.DispatchHandler;
  readonly #idle: Client[];
  #client: Client | undefined;

  constructor(handler: Dispatcher.DispatchHandler, client: Client, idle: Client[]) {
    this.#handler = handler;
    this.#client = client;
    this.#idle = idle;
  }

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    this.#handler.onRequestStart?.(controller, context);
  }

  onResponseStart(
    ...head: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>
  ): void {
    this.#handler.onResponseStart?.(...head);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#handler.onResponseData?.(controller, chunk);
  }

  onResponseEnd(
    ...end: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseEnd']>>
  ): void {
    this.#release();
    this.#handler.onResponseEnd?.(...end);
  }

  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    this.#release();
    this.#handler.onResponseError?.(controller, error);
  }

  /** Once: an end may be followed by an error, and a connection that is twice idle would be taken twice. */
  #release(): void {
    if (this.#client) this.#idle.push(this.#client);
    this.#client = undefined;
  }
}
