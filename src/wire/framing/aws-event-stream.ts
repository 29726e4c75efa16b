import { crc32 } from 'node:zlib';
import { SpillwayError } from '#core/errors.ts';

/** One message of `application/vnd.amazon.eventstream`. */
interface AwsMessage {
  /** Those of the protocol, whose names begin with a colon, as far as they hold texts. */
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Buffer;
}

/** As an event of the other framing: whoever passes events on need not know which it was. */
export interface AwsEvent {
  /** What `:event-type` or `:exception-type` says; `error` for a fault of the connection. */
  readonly event: string | undefined;
  /** JSON of the union that the stream is made of, as the SDKs show it: `{"messageStop": {…}}`. */
  readonly data: Buffer;
  /** The message as it came. */
  readonly raw: Buffer;
}

/** Total length, length of the headers, checksum of both. */
const PRELUDE_BYTES = 12;
const CRC_BYTES = 4;
const LEAST_BYTES = PRELUDE_BYTES + CRC_BYTES;

const TEXT_TYPE = 7;
/** Bytes of a header's value by its type; the others begin with a length of two bytes. */
const FIXED_BYTES: Readonly<Record<number, number>> = {
  0: 0,
  1: 0,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  8: 8,
  9: 16,
};
const BYTES_TYPE = 6;

/**
 * Bytes → events, each with the byte that ends it. Throws SpillwayError `upstream_invalid` when a
 * checksum or a length is wrong, or a message takes more than `maxEventBytes`: nothing behind it can
 * be found any more.
 */
export class AwsEventStreamReader {
  readonly #maxEventBytes: number;
  #kept: Buffer[] = [];
  #keptBytes = 0;
  /** Bytes that the next look needs: a prelude's, else a whole message's. */
  #needed = PRELUDE_BYTES;

  constructor(maxEventBytes: number) {
    this.#maxEventBytes = maxEventBytes;
  }

  push(chunk: Buffer): AwsEvent[] {
    this.#kept.push(chunk);
    this.#keptBytes += chunk.length;
    const events: AwsEvent[] = [];
    if (this.#keptBytes < this.#needed) return events;
    const bytes = this.#kept.length === 1 ? chunk : Buffer.concat(this.#kept);
    let start = 0;
    for (;;) {
      const left = bytes.length - start;
      this.#needed = left < PRELUDE_BYTES ? PRELUDE_BYTES : this.#messageBytes(bytes, start);
      if (left < this.#needed) break;
      const raw = bytes.subarray(start, start + this.#needed);
      events.push(eventOf(decodeMessage(raw), raw));
      start += raw.length;
    }
    this.#kept = start < bytes.length ? [bytes.subarray(start)] : [];
    this.#keptBytes = bytes.length - start;
    return events;
  }

  /** The other side has ended. Throws SpillwayError `upstream_invalid` where it ended in a message. */
  end(): AwsEvent[] {
    if (this.#keptBytes > 0) throw invalid('ended in the middle of a message');
    return [];
  }

  #messageBytes(bytes: Buffer, start: number): number {
    const total = bytes.readUInt32BE(start);
    const prelude = bytes.subarray(start, start + 8);
    if (crc32(prelude) !== bytes.readUInt32BE(start + 8))
      throw invalid('has a wrong checksum at the beginning of a message');
    if (total > this.#maxEventBytes)
      throw new SpillwayError(
        'upstream_invalid',
        `The upstream sent one event of more than ${this.#maxEventBytes} bytes; ask for less at once.`,
      );
    if (total < LEAST_BYTES || bytes.readUInt32BE(start + 4) > total - LEAST_BYTES)
      throw invalid('has a message of an impossible length');
    return total;
  }
}

/** One whole message. Throws SpillwayError `upstream_invalid` when it is none. */
const decodeMessage = (raw: Buffer): AwsMessage => {
  const crcAt = raw.length - CRC_BYTES;
  if (crc32(raw.subarray(0, crcAt)) !== raw.readUInt32BE(crcAt))
    throw invalid('has a message with a wrong checksum');
  const payloadAt = PRELUDE_BYTES + raw.readUInt32BE(4);
  return {
    headers: decodeHeaders(raw.subarray(PRELUDE_BYTES, payloadAt)),
    payload: raw.subarray(payloadAt, crcAt),
  };
};

const decodeHeaders = (bytes: Buffer): Record<string, string> => {
  const headers: Record<string, string> = {};
  let at = 0;
  while (at < bytes.length) {
    const nameEnd = at + 1 + bytes[at]!;
    if (nameEnd >= bytes.length) throw badHeader();
    const name = bytes.toString('utf8', at + 1, nameEnd);
    const type = bytes[nameEnd]!;
    at = nameEnd + 1;
    let length = FIXED_BYTES[type];
    if (type === TEXT_TYPE || type === BYTES_TYPE) {
      if (at + 2 > bytes.length) throw badHeader();
      length = bytes.readUInt16BE(at);
      at += 2;
    }
    if (length === undefined || at + length > bytes.length) throw badHeader();
    // No name that begins with a colon is a trap of JavaScript's.
    if (type === TEXT_TYPE && name.startsWith(':'))
      headers[name] = bytes.toString('utf8', at, at + length);
    at += length;
  }
  return headers;
};

const badHeader = (): SpillwayError => invalid('has a message with headers that cannot be read');

const invalid = (what: string): SpillwayError =>
  new SpillwayError('upstream_invalid', `The upstream's event stream ${what}; try again.`);

const eventOf = ({ headers, payload }: AwsMessage, raw: Buffer): AwsEvent => {
  // Said without a payload, and by no exception that the stream's model knows.
  if (headers[':message-type'] === 'error') {
    const error = { code: headers[':error-code'], message: headers[':error-message'] };
    return { event: 'error', data: Buffer.from(JSON.stringify({ error })), raw };
  }
  const event = headers[':exception-type'] ?? headers[':event-type'];
  if (event === undefined) return { event, data: payload, raw };
  const opening = Buffer.from(`{${JSON.stringify(event)}:`);
  const body = payload.length === 0 ? EMPTY : payload;
  return { event, data: Buffer.concat([opening, body, CLOSING]), raw };
};

const EMPTY = Buffer.from('{}');
const CLOSING = Buffer.from('}');

/**
 * One member of the stream's union, `{"messageStop": {…}}`, as a message. Those called exceptions are
 * such; what is no member goes as it is, and says of no type that it is.
 */
export const writeAwsEvent = (data: string): Buffer => {
  const member = memberOf(data);
  if (!member) return encodeMessage({ headers: {}, payload: Buffer.from(data) });
  const [name, payload] = member;
  const kind = name.endsWith('Exception') ? 'exception' : 'event';
  return encodeMessage({
    headers: {
      [`:${kind}-type`]: name,
      ':content-type': 'application/json',
      ':message-type': kind,
    },
    payload: Buffer.from(JSON.stringify(payload)),
  });
};

const memberOf = (data: string): [string, unknown] | undefined => {
  try {
    return Object.entries(JSON.parse(data) as Record<string, unknown>)[0];
  } catch {
    return undefined;
  }
};

const encodeMessage = ({ headers, payload }: AwsMessage): Buffer => {
  const head = Buffer.concat(Object.entries(headers).flatMap(encodeHeader));
  const total = LEAST_BYTES + head.length + payload.length;
  const prelude = Buffer.alloc(PRELUDE_BYTES);
  prelude.writeUInt32BE(total, 0);
  prelude.writeUInt32BE(head.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const checked = Buffer.concat([prelude, head, payload], total);
  checked.writeUInt32BE(crc32(checked.subarray(0, total - CRC_BYTES)), total - CRC_BYTES);
  return checked;
};

const encodeHeader = ([name, value]: [string, string]): Buffer[] => {
  const [nameBytes, valueBytes] = [Buffer.from(name), Buffer.from(value)];
  const length = Buffer.alloc(2);
  length.writeUInt16BE(valueBytes.length);
  return [Buffer.from([nameBytes.length]), nameBytes, Buffer.from([TEXT_TYPE]), length, valueBytes];
};
