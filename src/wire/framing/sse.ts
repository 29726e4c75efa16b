import { SpillwayError } from '#core/errors.ts';

/** One server-sent event. */
export interface SseEvent {
  readonly event: string | undefined;
  /** The payload, UTF-8 bytes as they came; lines of a multi-line payload are joined by LF. */
  readonly data: Buffer;
  /** The same event in our framing (`data: …`, LF, blank line), ready to send. */
  readonly raw: Buffer;
}

const LF = 10;
const CR = 13;
const COLON = 58;
const SPACE = 32;
const DATA = Buffer.from('data');
const NOTHING = Buffer.alloc(0);

export const SSE_DONE = 'data: [DONE]\n\n';

/** One event in our framing. `data` may hold line feeds: each line becomes a `data:` line. */
export const writeSse = (data: string): string =>
  data.includes('\n') ? `data: ${data.replaceAll('\n', '\ndata: ')}\n\n` : `data: ${data}\n\n`;

/**
 * Bytes → events, by the rules of the WHATWG specification: CR, LF and CRLF end a line, a byte-order
 * mark and comments are dropped, `data:` lines join. It works on bytes, so that a character cut in
 * two by the network stays whole. An event of more than `maxEventBytes` throws `upstream_invalid`.
 */
export class SseReader {
  readonly #maxEventBytes: number;
  /** The line that has not ended yet, as it arrived. */
  #partial: Buffer[] = [];
  #partialBytes = 0;
  #data: Buffer[] = [];
  #dataBytes = 0;
  #event: string | undefined;
  #started = false;
  #skipLf = false;

  constructor(maxEventBytes: number) {
    this.#maxEventBytes = maxEventBytes;
  }

  push(chunk: Buffer): SseEvent[] {
    const events: SseEvent[] = [];
    if (lineEnd(chunk, 0) < 0) {
      if (chunk.length > 0) this.#skipLf = false;
      this.#keep(chunk);
      return events;
    }
    let bytes = this.#withPartial(chunk);
    if (!this.#started) bytes = this.#withoutBom(bytes);
    const carriageReturns = this.#skipLf || bytes.includes(CR);
    let start = this.#skipLf && bytes[0] === LF ? 1 : 0;
    this.#skipLf = false;
    let eventStart = this.#data.length === 0 ? start : -1;
    for (;;) {
      const end = carriageReturns ? lineEnd(bytes, start) : bytes.indexOf(LF, start);
      if (end < 0) break;
      const next = this.#afterLine(bytes, end);
      if (end > start) {
        if (!this.#line(bytes, start, end)) eventStart = -1;
      } else {
        const canonical = eventStart >= 0 && this.#data.length === 1 && !carriageReturns;
        const event = this.#take(canonical ? bytes.subarray(eventStart, next) : undefined);
        if (event) events.push(event);
        eventStart = next;
      }
      start = next;
    }
    if (start < bytes.length) this.#keep(bytes.subarray(start));
    return events;
  }

  /** The other side has ended. What was begun and not closed by a blank line comes out as it is. */
  end(): SseEvent[] {
    if (this.#partialBytes > 0) {
      const rest = this.#withPartial(NOTHING);
      this.#line(rest, 0, rest.length);
    }
    const event = this.#take(undefined);
    return event ? [event] : [];
  }

  #afterLine(bytes: Buffer, end: number): number {
    if (bytes[end] === LF) return end + 1;
    if (end + 1 < bytes.length) return bytes[end + 1] === LF ? end + 2 : end + 1;
    // The LF of a CRLF may be the first byte of the next chunk.
    this.#skipLf = true;
    return end + 1;
  }

  /** Reads one line; false when the event can no longer be sent on as the bytes it came in. */
  #line(bytes: Buffer, start: number, end: number): boolean {
    const colon = bytes[start + 4] === COLON ? start + 4 : bytes.indexOf(COLON, start);
    if (colon === start) return false;
    const nameEnd = colon < 0 || colon > end ? end : colon;
    const isData = nameEnd - start === 4 && bytes.compare(DATA, 0, 4, start, nameEnd) === 0;
    const spaced = bytes[nameEnd + 1] === SPACE;
    const value = bytes.subarray(Math.min(end, nameEnd + (spaced ? 2 : 1)), end);
    if (isData) {
      this.#data.push(value);
      this.#dataBytes += value.length + 1;
      this.#limit(this.#dataBytes);
      return spaced;
    }
    if (bytes.toString('latin1', start, nameEnd) === 'event') this.#event = value.toString('utf8');
    return false;
  }

  #take(raw: Buffer | undefined): SseEvent | undefined {
    if (this.#data.length === 0) {
      this.#event = undefined;
      return undefined;
    }
    const data = this.#data.length === 1 ? this.#data[0]! : joinLines(this.#data);
    const event = { event: this.#event, data, raw: raw ?? frame(this.#data) };
    this.#data = [];
    this.#dataBytes = 0;
    this.#event = undefined;
    return event;
  }

  #withPartial(chunk: Buffer): Buffer {
    if (this.#partialBytes === 0) return chunk;
    const whole = Buffer.concat([...this.#partial, chunk]);
    this.#partial = [];
    this.#partialBytes = 0;
    return whole;
  }

  #keep(rest: Buffer): void {
    if (rest.length === 0) return;
    this.#partial.push(rest);
    this.#partialBytes += rest.length;
    this.#limit(this.#dataBytes + this.#partialBytes);
  }

  #limit(bytes: number): void {
    if (bytes <= this.#maxEventBytes) return;
    throw new SpillwayError(
      'upstream_invalid',
      `The upstream sent one event of more than ${this.#maxEventBytes} bytes.`,
    );
  }

  #withoutBom(bytes: Buffer): Buffer {
    this.#started = true;
    const bom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    return bom ? bytes.subarray(3) : bytes;
  }
}

const lineEnd = (bytes: Buffer, from: number): number => {
  const lf = bytes.indexOf(LF, from);
  const cr = bytes.indexOf(CR, from);
  if (cr < 0) return lf;
  return lf < 0 ? cr : Math.min(lf, cr);
};

const joinLines = (lines: readonly Buffer[]): Buffer =>
  Buffer.concat(lines.flatMap((line, i) => (i === 0 ? [line] : [NEWLINE, line])));

const NEWLINE = Buffer.from('\n');
const PREFIX = Buffer.from('data: ');

const frame = (lines: readonly Buffer[]): Buffer =>
  Buffer.concat([...lines.flatMap((line) => [PREFIX, line, NEWLINE]), NEWLINE]);
