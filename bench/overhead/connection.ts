import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { MessageReader } from './http1.ts';
import { DONE } from './traffic.ts';

/** One request, and how to know a right answer to it without reading it again. */
export interface Exchange {
  readonly request: Buffer;
  readonly replyBytes: number;
  readonly streamed: boolean;
}

const DONE_BYTES = Buffer.from(DONE);

interface Waiting {
  readonly exchange: Exchange;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** One keep-alive connection with at most one request under way. */
export class Connection {
  /** Reads of the socket so far: how far apart the chunks of a stream arrived. */
  reads = 0;
  readonly #socket: Socket;
  #waiting: Waiting | undefined;
  #startLine = '';
  #bytes = 0;
  #tail: Buffer = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.#socket = socket;
    const reader = new MessageReader({
      head: (startLine) => {
        this.#startLine = startLine;
        this.#bytes = 0;
      },
      body: (bytes) => this.#body(bytes),
      end: () => this.#end(),
    });
    socket.on('data', (bytes: Buffer) => {
      this.reads += 1;
      try {
        reader.push(bytes);
      } catch (error) {
        this.#fail(error instanceof Error ? error.message : 'not HTTP');
      }
    });
    socket.on('error', (error) => this.#fail(error.message));
    socket.on('close', () => this.#fail('the connection was closed'));
  }

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new Connection(socket));
      });
    });
  }

  /** Rejects when the answer is not the right one: a broken target must not look fast. */
  send(exchange: Exchange): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) return reject(new Error('the connection was closed'));
      this.#waiting = { exchange, resolve, reject };
      this.#socket.write(exchange.request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #body(bytes: Buffer): void {
    this.#bytes += bytes.length;
    const long = bytes.length >= DONE_BYTES.length;
    this.#tail = long ? bytes : Buffer.concat([this.#tail, bytes]).subarray(-DONE_BYTES.length);
  }

  #end(): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return this.#fail('an answer that nobody asked for');
    const { replyBytes, streamed } = waiting.exchange;
    if (!this.#startLine.startsWith('HTTP/1.1 200')) return this.#fail(this.#startLine);
    if (this.#bytes !== replyBytes) {
      return this.#fail(`${this.#bytes} bytes of body, expected ${replyBytes}`);
    }
    if (streamed && !this.#tail.subarray(-DONE_BYTES.length).equals(DONE_BYTES)) {
      return this.#fail('a stream that does not end in [DONE]');
    }
    this.#waiting = undefined;
    waiting.resolve();
  }

  #fail(what: string): void {
    this.#socket.destroy();
    this.#waiting?.reject(new Error(`wrong answer: ${what}`));
    this.#waiting = undefined;
  }
}

export const openConnections = (port: number, count: number): Promise<Connection[]> =>
  Promise.all(Array.from({ length: count }, () => Connection.open(port)));
