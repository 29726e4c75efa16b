import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Clock, sleep } from '#core/clock.ts';

type Headers = Readonly<Record<string, string>>;

/** One HTTP request and its answer, on the simulator's clock. */
export class Exchange {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** When the request arrived, on the clock and in Unix epoch milliseconds. */
  readonly arrivedMs: number;
  readonly arrivedAtMs: number;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #clock: Clock;
  readonly #left = new AbortController();

  constructor(request: IncomingMessage, response: ServerResponse, clock: Clock) {
    this.method = request.method ?? 'GET';
    this.path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    this.arrivedMs = clock.now();
    this.arrivedAtMs = clock.wall();
    this.#request = request;
    this.#response = response;
    this.#clock = clock;
    response.on('close', () => {
      if (!response.writableEnded) this.#left.abort();
    });
    // A socket that breaks is a client that left; `close` follows and tells it.
    response.on('error', () => {});
  }

  /** Whether the client has gone before its answer was complete. */
  get clientLeft(): boolean {
    return this.#left.signal.aborted;
  }

  get elapsedMs(): number {
    return this.#clock.now() - this.arrivedMs;
  }

  /** The key of `Authorization: Bearer …`; undefined when there is none. */
  get bearer(): string | undefined {
    const match = /^bearer +(\S+) *$/i.exec(this.#request.headers.authorization ?? '');
    return match?.[1];
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

  async sendJson(status: number, headers: Headers, body: unknown): Promise<void> {
    this.#send(status, { ...headers, 'content-type': 'application/json' }, JSON.stringify(body));
  }

  sendText(status: number, text: string): void {
    this.#send(status, { 'content-type': 'text/plain; charset=utf-8' }, text);
  }

  /** Begins an answer that is written in parts. */
  open(headers: Headers): void {
    this.#response.writeHead(200, headers);
  }

  /** Writes a part and waits while the client reads slower than we write; false once it has left. */
  async write(part: string): Promise<boolean> {
    if (this.clientLeft) return false;
    if (!this.#response.write(part)) await this.#drained();
    return !this.clientLeft;
  }

  end(): void {
    if (!this.clientLeft) this.#response.end();
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

  #send(status: number, headers: Headers, text: string): void {
    if (this.clientLeft) return;
    const length = String(Buffer.byteLength(text));
    this.#response.writeHead(status, { ...headers, 'content-length': length }).end(text);
  }
}
