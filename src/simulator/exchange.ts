import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Clock, sleep } from '#core/clock.ts';
import type { Effect, Head, Line, Place, RawWriter } from '#simulator/faults/effect.ts';

type Headers = Readonly<Record<string, string>>;

/** Where vendors look for a key, beside `Authorization`. */
const KEY_HEADERS = ['api-key', 'x-api-key', 'x-goog-api-key'];

/** One HTTP request and its answer, on the simulator's clock, and what goes wrong between them. */
export class Exchange {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** When the request arrived, on the clock and in Unix epoch milliseconds. */
  readonly arrivedMs: number;
  readonly arrivedAtMs: number;
  /** Whether its connection has served a request before. */
  readonly reusedConnection: boolean;
  /** What goes wrong with the answer. */
  effect: Effect | undefined;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #left = new AbortController();
  #raw: RawWriter | undefined;
  #ended = false;

  constructor(
    { request, response }: { request: IncomingMessage; response: ServerResponse },
    clock: Clock,
    reusedConnection: boolean,
  ) {
    this.method = request.method ?? 'GET';
    const [path = '/', ...query] = (request.url ?? '/').split('?');
    this.path = path;
    this.query = new URLSearchParams(query.join('?'));
    this.arrivedMs = clock.now();
    this.arrivedAtMs = clock.wall();
    this.reusedConnection = reusedConnection;
    this.#request = request;
    this.#response = response;
    this.#socket = request.socket;
    this.#clock = clock;
    response.on('close', () => {
      if (!this.#ended) this.#left.abort();
    });
    // A socket that breaks is a client that left; `close` follows and tells it.
    response.on('error', () => {});
  }

  /** Whether the client has gone before its answer was complete. */
  get clientLeft(): boolean {
    return this.#left.signal.aborted;
  }

  hasHeader(name: string): boolean {
    return this.#request.headers[name] !== undefined;
  }

  /** A header's value; undefined where there is none, or several. */
  header(name: string): string | undefined {
    const value = this.#request.headers[name];
    return typeof value === 'string' ? value : undefined;
  }

  /** The path and its query, as they came. */
  get url(): string {
    return this.#request.url ?? '/';
  }

  get elapsedMs(): number {
    return this.#clock.now() - this.arrivedMs;
  }

  /** The key of `Authorization: Bearer …`, of a header for keys alone, or of the address; undefined when there is none. */
  get key(): string | undefined {
    const { headers } = this.#request;
    const match = /^bearer +(\S+) *$/i.exec(headers.authorization ?? '');
    const given = KEY_HEADERS.map((name) => headers[name]).find((key) => typeof key === 'string');
    return match?.[1] ?? given?.toString() ?? this.query.get('key') ?? undefined;
  }

  /**
   * The body's text; undefined for one of more than `limitBytes`, which is read to its end but not
   * kept, so that the client gets to read the answer. Rejects when the client breaks off.
   */
  async readBody(limitBytes: number): Promise<string | undefined> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of this.#request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes <= limitBytes) chunks.push(chunk);
      else chunks.length = 0;
    }
    return bytes <= limitBytes ? Buffer.concat(chunks).toString('utf8') : undefined;
  }

  /** Waits until `elapsedMs` after the arrival; false when the client left before. */
  async until(elapsedMs: number): Promise<boolean> {
    const waitMs = elapsedMs - this.elapsedMs;
    if (waitMs > 0) await sleep(this.#clock, waitMs, this.#left.signal).catch(() => {});
    return !this.clientLeft;
  }

  sendJson(status: number, headers: Headers, body: unknown): Promise<void> {
    const head = { status, headers: { ...headers, 'content-type': 'application/json' } };
    return this.sendWhole(head, JSON.stringify(body));
  }

  sendText(status: number, text: string): Promise<void> {
    const headers = { 'content-type': 'text/plain; charset=utf-8' };
    return this.sendWhole({ status, headers }, text);
  }

  /** An answer in one piece. */
  async sendWhole({ status, headers }: Head, text: string): Promise<void> {
    const body = this.effect?.whole?.(text) ?? text;
    const length = String(Buffer.byteLength(body));
    const opened = await this.open({ status, headers: { ...headers, 'content-length': length } });
    if (opened && (await this.write(body))) this.end();
  }

  /** Begins an answer that is written in parts; false when nothing may follow. */
  async open(head: Head): Promise<boolean> {
    if (this.clientLeft) return false;
    const { takeOver, raw, head: change } = this.effect ?? {};
    if (takeOver) {
      await takeOver(this.#line);
      return false;
    }
    const { status, headers } = change ? change(head) : head;
    this.#raw = raw?.(this.#socket);
    if (this.#raw) this.#raw.open({ status, headers });
    else this.#response.writeHead(status, headers);
    // What goes wrong with a body finds its headers gone.
    if (this.effect && !this.#raw) this.#response.flushHeaders();
    return true;
  }

  /**
   * Writes a part and waits while the client reads slower than we write; false once it has left, or
   * when nothing may follow.
   */
  async write(part: string | Buffer): Promise<boolean> {
    if (this.clientLeft) return false;
    const pour = this.effect?.pour;
    return pour ? pour(Buffer.from(part), this.#line) : this.#put(part);
  }

  /** Writes the events of a stream, by their data. */
  async writeEvents(
    events: readonly { readonly data: string; readonly place: Place }[],
  ): Promise<boolean> {
    const change = this.effect?.event;
    if (change === undefined)
      return this.write(
        Buffer.concat(events.map(({ data, place }) => Buffer.from(place.frame(data)))),
      );
    for (const { data, place } of events)
      for (const part of change(data, place)) if (!(await this.write(part))) return false;
    return true;
  }

  end(): void {
    if (this.clientLeft || this.#ended) return;
    this.#ended = true;
    if (this.#raw) return this.#raw.end();
    const after = this.effect?.after;
    this.#response.end(after && (() => void after(this.#line)));
  }

  async #put(part: string | Buffer): Promise<boolean> {
    if (this.clientLeft) return false;
    if (this.#raw) this.#raw.write(Buffer.from(part));
    else if (!this.#response.write(part)) await this.#drained();
    return !this.clientLeft;
  }

  get #line(): Line {
    const left = this.#left.signal;
    return {
      socket: this.#socket,
      write: (bytes) => this.#put(bytes),
      wait: (ms) => this.until(this.elapsedMs + ms),
      flushed: () => new Promise((resolve) => this.#socket.write('', () => resolve())),
      forever: () =>
        new Promise((resolve) => {
          if (left.aborted) resolve();
          left.addEventListener('abort', () => resolve(), { once: true });
        }),
      reset: () => void this.#socket.resetAndDestroy(),
    };
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#response.off('drain', done);
        this.#response.off('close', done);
        resolve();
      };
      this.#response.on('drain', done);
      this.#response.on('close', done);
    });
  }
}
