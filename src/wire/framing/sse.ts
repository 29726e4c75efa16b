import { SpillwayError } from '#core/errors.ts';

const LF = 10;
const CR = 13;
const COLON = 58;
const SPACE = 32;
const BOM = Buffer.from('\ufeff');
const NEWLINE = Buffer.from('\n');
const PREFIX = Buffer.from('data: ');
const EVENT = Buffer.from('event: ');
const NOTHING = Buffer.alloc(0);

/** One event in our framing. `data` may hold line feeds: each line becomes a `data:` line. */
export const writeSse = (data: string, event?: string): string => {
  const lines = data.includes('\n') ? data.replaceAll('\n', '\ndata: ') : data;
  return event === undefined ? `data: ${lines}\n\n` : `event: ${event}\ndata: ${lines}\n\n`;
};

interface Came {
  /** What its last `event:` line says. */
  readonly type: Buffer | undefined;
  readonly lines: readonly Buffer[];
  /** All of it, where it came in our framing. */
  readonly raw: Buffer | undefined;
  readonly keepsType: boolean;
}

/** One server-sent event. */
export class SseEvent {
  /** The payload, UTF-8 bytes as they came; lines of a multi-line payload are joined by LF. */
  readonly data: Buffer;
  readonly #came: Came;

  constructor(came: Came) {
    const { lines } = came;
    this.data = lines.length === 1 ? lines[0]! : joinLines(lines);
    this.#came = came;
  }

  get event(): string | undefined {
    return this.#came.type?.toString('utf8') || undefined;
  }

  /** The same event in our framing (`data: …`, LF, blank line), ready to send. */
  get raw(): Buffer {
    const { lines, raw, keepsType } = this.#came;
    if (raw) return raw;
    const { event } = this;
    const head = keepsType && event !== undefined ? [Buffer.from(`event: ${event}\n`)] : [];
    return Buffer.concat([...head, ...lines.flatMap(asLine), NEWLINE]);
  }
}

/**
 * Bytes → events, by the rules of the WHATWG specification: CR, LF and CRLF end a line, a byte-order
 * mark and comments are dropped, `data:` lines join. It works on bytes, so that a character cut in
 * two by the network stays whole. Throws SpillwayError `upstream_invalid` when a line, or the `data:`
 * lines of one event, take more than `maxEventBytes` on the wire.
 */
export class SseReader {
  readonly #maxEventBytes: number;
  /** The line that has not ended yet, as it arrived. */
  #partial: Buffer[] = [];
  #partialBytes = 0;
  #data: Buffer[] = [];
  /** What the `data:` lines of this event took on the wire, field names included. */
  #dataBytes = 0;
  #type: Buffer | undefined;
  #started = false;
  #skipLf = false;
  readonly #keepsTypes: boolean;

  /** `keepsTypes`: whether `event:` lines are part of what is ready to send. */
  constructor(maxEventBytes: number, keepsTypes = false) {
    this.#maxEventBytes = maxEventBytes;
    this.#keepsTypes = keepsTypes;
  }

  push(chunk: Buffer): SseEvent[] {
    const at = this.#isBetween() ? onlyDataAt(chunk) : -1;
    if (at >= 0) return [this.#only(chunk, at)];
    const events: SseEvent[] = [];
    if (!chunk.includes(LF) && !chunk.includes(CR)) {
      this.#keep(chunk);
      return events;
    }
    const bytes = this.#withPartial(chunk);
    let start = this.#skipLf && bytes[0] === LF ? 1 : 0;
    this.#skipLf = false;
    let lf = bytes.indexOf(LF, start);
    let cr = bytes.indexOf(CR, start);
    const ours = start === 0 && cr < 0;
    let eventStart = this.#data.length === 0 && this.#type === undefined ? start : -1;
    while (lf >= 0 || cr >= 0) {
      const end = cr < 0 || (lf >= 0 && lf < cr) ? lf : cr;
      const next = this.#afterLine(bytes, end);
      if (end > start) {
        if (!this.#line(bytes, start, end)) eventStart = -1;
      } else {
        const event = this.#take(
          ours && eventStart >= 0 ? bytes.subarray(eventStart, next) : undefined,
        );
        if (event) events.push(event);
        eventStart = next;
      }
      start = next;
      // Each kind is looked for only past its last find, so that a chunk of one kind is read once.
      if (lf >= 0 && lf < start) lf = bytes.indexOf(LF, start);
      if (cr >= 0 && cr < start) cr = bytes.indexOf(CR, start);
    }
    if (start < bytes.length) this.#keep(bytes.subarray(start));
    return events;
  }

  /** The other side has ended. What was begun and not closed by a blank line comes out as it is. */
  end(): SseEvent[] {
    const rest = this.#withPartial(NOTHING);
    if (rest.length > 0) this.#line(rest, 0, rest.length);
    const event = this.#take(undefined);
    return event ? [event] : [];
  }

  /** Whether nothing of an event has come. */
  #isBetween(): boolean {
    return (
      this.#started &&
      this.#partialBytes === 0 &&
      this.#data.length === 0 &&
      this.#type === undefined
    );
  }

  /** The event that `chunk` is, whose `data:` line begins at `at`. */
  #only(chunk: Buffer, at: number): SseEvent {
    const end = chunk.length - 2;
    this.#limit(Math.max(at - 1, end - at));
    const keepsType = this.#keepsTypes;
    return new SseEvent({
      type: at > 0 ? chunk.subarray(EVENT.length, at - 1) : undefined,
      lines: [chunk.subarray(at + PREFIX.length, end)],
      raw: at > 0 && !keepsType ? undefined : chunk,
      keepsType,
    });
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
    const lineBytes = this.#dataBytes + end - start;
    this.#limit(lineBytes);
    if (isData(bytes, start, end)) {
      this.#data.push(value(bytes, start + 5, end));
      this.#dataBytes = lineBytes;
      return start + 5 < end && bytes[start + 5] === SPACE;
    }
    const field = bytes.toString('latin1', start, Math.min(end, start + 6));
    if (field !== 'event:' && field !== 'event') return false;
    this.#type = value(bytes, start + 6, end);
    return this.#keepsTypes && this.#data.length === 0 && bytes[start + 6] === SPACE;
  }

  #take(raw: Buffer | undefined): SseEvent | undefined {
    if (this.#data.length === 0) {
      this.#type = undefined;
      return undefined;
    }
    const event = new SseEvent({
      type: this.#type,
      lines: this.#data,
      raw,
      keepsType: this.#keepsTypes,
    });
    this.#data = [];
    this.#dataBytes = 0;
    this.#type = undefined;
    return event;
  }

  /** The kept beginning of the line and `chunk`; a byte-order mark before the first line is dropped. */
  #withPartial(chunk: Buffer): Buffer {
    const bytes = this.#partialBytes === 0 ? chunk : Buffer.concat([...this.#partial, chunk]);
    this.#partial = [];
    this.#partialBytes = 0;
    if (this.#started) return bytes;
    this.#started = true;
    return bytes.subarray(0, BOM.length).equals(BOM) ? bytes.subarray(BOM.length) : bytes;
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
      `The upstream sent one event of more than ${this.#maxEventBytes} bytes; ask for less at once.`,
    );
  }
}

/**
 * Nearly every piece of a stream is one event in our framing, with or without its type: where its one
 * `data:` line begins; -1 for any other piece.
 */
const onlyDataAt = (chunk: Buffer): number => {
  const isTyped = chunk[0] === EVENT[0] && chunk.subarray(0, EVENT.length).equals(EVENT);
  const at = isTyped ? chunk.indexOf(LF) + 1 : 0;
  const end = chunk.length - 2;
  const isOnly =
    isData(chunk, at, end) &&
    chunk[at + 5] === SPACE &&
    chunk[end + 1] === LF &&
    chunk.indexOf(LF, at) === end &&
    !chunk.includes(CR);
  return isOnly ? at : -1;
};

/** Whether the line is `data` or begins with `data:`. */
const isData = (bytes: Buffer, start: number, end: number): boolean =>
  bytes[start] === 100 &&
  bytes[start + 1] === 97 &&
  bytes[start + 2] === 116 &&
  bytes[start + 3] === 97 &&
  (end === start + 4 || bytes[start + 4] === COLON);

/** A field's value, which begins at `start` behind the colon: one leading space is not part of it. */
const value = (bytes: Buffer, start: number, end: number): Buffer =>
  bytes.subarray(start < end && bytes[start] === SPACE ? start + 1 : Math.min(start, end), end);

const joinLines = (lines: readonly Buffer[]): Buffer =>
  Buffer.concat(lines.flatMap((line, i) => (i === 0 ? [line] : [NEWLINE, line])));

const asLine = (line: Buffer): Buffer[] => [PREFIX, line, NEWLINE];
