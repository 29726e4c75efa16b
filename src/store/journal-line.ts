import { MOST_UTF8 } from '#core/utf8.ts';
import { packed, type PackedSpend } from '#store/packed-spend.ts';
import type { SpendRecord } from '#store/spend.ts';

/** JSON has none of them within its texts, and neither has it what a disk makes of lost blocks. */
const BETWEEN = '\t';
const BETWEEN_BYTE = 0x09;
export const LINE_END = 0x0a;
const LOST = '\0';
/** Texts that are known to be sound: nearly all records have one of a few. */
const MOST_KNOWN = 10_000;

type Numbers = [string, number, number, number, number, number, number];

/** Six numbers and all that stands between parts take less, bytes. */
const NUMBERS_BYTES = 256;
/** Longest that one unit of a text becomes in JSON, units: `\u0000`. */
const MOST_ESCAPED = 6;

const mostBytes = ({ id, who, tags, payments, more, body = '' }: PackedSpend): number => {
  const chars = id.length * MOST_ESCAPED + who.length + tags.length + payments.length;
  return NUMBERS_BYTES + (chars + more.length + body.length) * MOST_UTF8;
};

/** A record as one line: numbers, and then what goes into tables as it is. Where the line ends. */
const writeLine = (bytes: Buffer, record: PackedSpend, from: number): number => {
  const { id, startedMs, endedMs, isFailed, nanos, tokensIn, tokensOut } = record;
  const numbers = [id, startedMs, endedMs, isFailed ? 1 : 0, nanos, tokensIn, tokensOut];
  // Put together as one text first, each line would be copied once more.
  let end = writePart(bytes, JSON.stringify(numbers), from);
  end = writePart(bytes, record.who, end);
  end = writePart(bytes, record.tags, end);
  end = writePart(bytes, record.payments, end);
  end = writePart(bytes, record.more, end);
  if (record.body !== undefined) end = writePart(bytes, record.body, end);
  bytes[end - 1] = LINE_END;
  return end;
};

/** With what stands between it and the next one. */
const writePart = (bytes: Buffer, part: string, from: number): number => {
  const end = from + bytes.write(part, from);
  bytes[end] = BETWEEN_BYTE;
  return end + 1;
};

/** A number of records, one line each; in `scratch` where that has room for them. */
export const linesIn = (
  scratch: Buffer,
  records: readonly PackedSpend[],
): { readonly bytes: Buffer; readonly length: number } => {
  let most = 0;
  for (const record of records) most += mostBytes(record);
  const bytes = most > scratch.length ? Buffer.allocUnsafe(most) : scratch;
  let length = 0;
  for (const record of records) length = writeLine(bytes, record, length);
  return { bytes, length };
};

/** Reads lines without looking at each text again: what was read once is known to be sound. */
export class LineReader {
  readonly #sound = new Set<string>();

  /** Without its end. Undefined for what is no record: it was cut off, or is blank. */
  read(line: string): PackedSpend | undefined {
    try {
      // As it was written once.
      if (line.startsWith('{')) return packed(JSON.parse(line) as SpendRecord);
      if (line === '' || line.includes(LOST)) return undefined;
      return this.#parts(line.split(BETWEEN));
    } catch {
      return undefined;
    }
  }

  #parts([numbers = '', who = '', tags = '', payments = '', more = '', body]: string[]) {
    const [id, startedMs, endedMs, failed, nanos, tokensIn, tokensOut] = JSON.parse(
      numbers,
    ) as Numbers;
    for (const text of [who, tags, payments]) this.#check(text);
    const record: PackedSpend = {
      id,
      startedMs,
      endedMs,
      isFailed: failed === 1,
      nanos,
      tokensIn,
      tokensOut,
      who,
      tags,
      payments,
      more,
    };
    return body === undefined ? record : { ...record, body };
  }

  #check(text: string): void {
    if (this.#sound.has(text)) return;
    JSON.parse(text);
    if (this.#sound.size >= MOST_KNOWN) this.#sound.clear();
    this.#sound.add(text);
  }
}
