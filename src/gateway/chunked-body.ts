import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { atTurnEnd } from '#core/turn-end.ts';

/** Up to so many bytes a piece is copied between its frame: that is cheaper than three pieces. */
const ONE_TEXT_BYTES = 16_384;
const CRLF = '\r\n';
const LAST = '0\r\n\r\n';

/**
 * The body of an answer that comes piece by piece. Node frames each of them as four writes; framed here,
 * all that is said in one turn of the event loop is one write at its end, for a third of the time.
 */
export class ChunkedBody {
  readonly #res: ServerResponse;
  /** Absent while an earlier answer has the connection: then Node keeps the order. */
  readonly #socket: Socket | null;
  readonly #isFramed: boolean;
  /** Whether the head has gone, which Node sends with the first piece. */
  #hasBegun = false;
  /** Framed, and not written yet. */
  #held = '';
  #isEnded = false;

  /** The head of `res` is written, and nothing of its body. */
  constructor(res: ServerResponse) {
    this.#res = res;
    this.#socket = res.socket;
    // Readers of HTTP/1.0 know no frames.
    this.#isFramed = res.chunkedEncoding;
    res.chunkedEncoding = false;
  }

  /** Called when there is room again after a `write` that said there is none. */
  onDrain(task: () => void): void {
    const socket = this.#socket;
    this.#res.on('drain', task);
    if (!socket) return;
    socket.on('drain', task);
    this.#res.once('close', () => socket.off('drain', task));
  }

  /** False when its reader is behind. A text goes out as UTF-8. */
  write(piece: Buffer | string): boolean {
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
    // An empty frame would be the end.
    if (bytes.length === 0) return true;
    if (bytes.length > ONE_TEXT_BYTES) return this.#writeLarge(bytes);
    if (this.#held === '') atTurnEnd('answer', this.#flush);
    this.#held += this.#framed(bytes);
    return this.#held.length > ONE_TEXT_BYTES ? this.#flush() : !this.#to().writableNeedDrain;
  }

  /** Nothing comes after it. */
  end(piece: Buffer | string = ''): void {
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
    this.#isEnded = true;
    atTurnEnd('answer', () => this.#end(bytes));
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  #end(bytes: Buffer): void {
    const last = this.#isFramed ? LAST : '';
    if (bytes.length > ONE_TEXT_BYTES) this.#writeLarge(bytes);
    else if (bytes.length > 0) this.#held += this.#framed(bytes);
    const held = this.#held;
    this.#held = '';
    this.#res.end(held + last, 'latin1');
  }

  readonly #flush = (): boolean => {
    const held = this.#held;
    this.#held = '';
    return held === '' || this.#send(held);
  };

  #to(): Writable {
    return this.#hasBegun && this.#socket ? this.#socket : this.#res;
  }

  #framed(bytes: Buffer): string {
    const text = bytes.toString('latin1');
    return this.#isFramed ? bytes.length.toString(16) + CRLF + text + CRLF : text;
  }

  #writeLarge(bytes: Buffer): boolean {
    this.#flush();
    if (!this.#isFramed) return this.#send(bytes);
    this.#socket?.cork();
    this.#send(bytes.length.toString(16) + CRLF);
    this.#send(bytes);
    const hasRoom = this.#send(CRLF);
    this.#socket?.uncork();
    return hasRoom;
  }

  /** A text has one character for each byte. */
  #send(piece: Buffer | string): boolean {
    const to = this.#to();
    this.#hasBegun = true;
    return typeof piece === 'string' ? to.write(piece, 'latin1') : to.write(piece);
  }
}
