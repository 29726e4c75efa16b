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

/** A record as the parts of one line: numbers, and then what goes into tables as it is. */
const partsOf = (record: PackedSpend): readonly string[] => {
  const { id, startedMs, endedMs, isFailed, nanos, tokensIn, tokensOut } = record;
  const numbers = [id, startedMs, endedMs, isFailed ? 1 : 0, nanos, tokensIn, tokensOut];
  const { who, tags, payments, more, body } = record;
  const parts = [JSON.stringify(numbers), who, tags, payments, more];
  return body === undefined ? parts : [...parts, body];
};

/** A number of records, one line each; in `scratch` where that has room for them. */
export const linesIn = (
  scratch: Buffer,
  records: readonly PackedSpend[],
): { readonly bytes: Buffer; readonly length: number } => {
  const lines = records.map(partsOf);
  let most = 0;
  for (const parts of lines)
    for (const part of parts) most += part.length * MOST_UTF8 + BETWEEN.length;
  const bytes = most > scratch.length ? Buffer.allocUnsafe(most) : scratch;
  let length = 0;
  for (const parts of lines) {
    // Put together as one text first, each line would be copied once more.
    for (const part of parts) {
      length += bytes.write(part, length);
      bytes[length++] = BETWEEN_BYTE;
    }
    bytes[length - 1] = LINE_END;
  }
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
