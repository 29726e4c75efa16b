/** What the owner of a message hears: its head, its body piece by piece, its end. */
export interface MessageListener {
  /** `head` is the whole head, start line included, without the empty line that ends it. */
  head(startLine: string, head: string): void;
  body(bytes: Buffer): void;
  end(): void;
}

/** A head or a chunk-size line that grows beyond this is not HTTP. */
const LINE_LIMIT_BYTES = 64 * 1024;

const SIZED = /\r\ncontent-length: *(\d+)/i;
const CHUNKED = /\r\ntransfer-encoding: *chunked/i;

/**
 * Reads HTTP/1.1 messages off a socket. A real parser costs more than the targets' own work on a
 * 0.5 KB message; load and upstream share one core, so this one knows `content-length` and
 * `chunked` and nothing else. A message with neither has no body.
 */
export class MessageReader {
  readonly #listener: MessageListener;
  #state: 'head' | 'sized' | 'chunk-size' | 'chunk' | 'chunk-end' | 'trailer' = 'head';
  #rest: Buffer | undefined;
  #leftBytes = 0;

  constructor(listener: MessageListener) {
    this.#listener = listener;
  }

  /** Throws when the bytes are not HTTP as read here. */
  push(bytes: Buffer): void {
    const data = this.#rest === undefined ? bytes : Buffer.concat([this.#rest, bytes]);
    this.#rest = undefined;
    let at = 0;
    while (at < data.length) {
      if (this.#state === 'sized' || this.#state === 'chunk') {
        const end = Math.min(data.length, at + this.#leftBytes);
        this.#body(data.subarray(at, end));
        at = end;
        continue;
      }
      const mark = this.#state === 'head' ? '\r\n\r\n' : '\r\n';
      const end = data.indexOf(mark, at, 'latin1');
      if (end < 0) return this.#keep(data.subarray(at));
      this.#line(data.toString('latin1', at, end));
      at = end + mark.length;
    }
  }

  #keep(rest: Buffer): void {
    if (rest.length > LINE_LIMIT_BYTES) throw new Error('a head or chunk size without an end');
    this.#rest = rest;
  }

  #body(bytes: Buffer): void {
    this.#listener.body(bytes);
    this.#leftBytes -= bytes.length;
    if (this.#leftBytes > 0) return;
    if (this.#state === 'sized') this.#end();
    else this.#state = 'chunk-end';
  }

  #line(text: string): void {
    if (this.#state === 'head') return this.#head(text);
    if (this.#state === 'chunk-end') {
      this.#state = 'chunk-size';
    } else if (this.#state === 'chunk-size') {
      this.#leftBytes = Number.parseInt(text, 16);
      if (!(this.#leftBytes >= 0)) throw new Error(`not a chunk size: ${text.slice(0, 40)}`);
      this.#state = this.#leftBytes === 0 ? 'trailer' : 'chunk';
    } else if (text === '') {
      this.#end();
    }
  }

  #head(text: string): void {
    const lineEnd = text.indexOf('\r\n');
    this.#listener.head(lineEnd < 0 ? text : text.slice(0, lineEnd), text);
    if (CHUNKED.test(text)) {
      this.#state = 'chunk-size';
      return;
    }
    this.#leftBytes = Number(SIZED.exec(text)?.[1] ?? 0);
    if (this.#leftBytes === 0) this.#end();
    else this.#state = 'sized';
  }

  #end(): void {
    this.#state = 'head';
    this.#listener.end();
  }
}
