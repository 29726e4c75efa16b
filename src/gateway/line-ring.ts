import { MOST_UTF8, charsOf, writePieces } from '#core/utf8.ts';

const CHUNK_BYTES = 262_144;

interface Chunk {
  readonly bytes: Buffer;
  used: number;
  /** Of its lines those that are still remembered. */
  lines: number;
}

export interface LineCopy {
  readonly first: number;
  readonly end: number;
  readonly bytes: Buffer;
}

/**
 * The last so many lines, as bytes outside the heap. As texts they would live just long enough to be
 * copied twice by the collector, and then fill the space of what is old.
 */
export class LineRing {
  readonly #max: number;
  /** Where each line is, by its number modulo `max`. */
  readonly #chunks: Chunk[] = [];
  readonly #starts: Uint32Array;
  readonly #ends: Uint32Array;
  #end = 0;
  #size = 0;
  #open: Chunk | undefined;
  #spare: Chunk | undefined;

  /** `max` lines are remembered, ≥ 1. */
  constructor(max: number) {
    this.#max = max;
    this.#starts = new Uint32Array(max);
    this.#ends = new Uint32Array(max);
  }

  get size(): number {
    return this.#size;
  }

  /** The number of the oldest one that is remembered. */
  get first(): number {
    return this.#end - this.#size;
  }

  /** The number that the next one gets; the very first had 0. */
  get end(): number {
    return this.#end;
  }

  /** A line in pieces of whole characters: joined first, all of it would be copied once more. */
  push(...pieces: readonly string[]): void {
    const at = this.#end++ % this.#max;
    if (this.#size < this.#max) this.#size++;
    else this.#release(this.#chunks[at]!);
    const chunk = this.#roomFor(charsOf(pieces) * MOST_UTF8);
    const { bytes, used } = chunk;
    this.#chunks[at] = chunk;
    this.#starts[at] = used;
    this.#ends[at] = chunk.used = writePieces(bytes, pieces, used);
    chunk.lines++;
  }

  /** `first` ≤ `number` < `end`. */
  at(number: number): string {
    const at = number % this.#max;
    return this.#chunks[at]!.bytes.toString('utf8', this.#starts[at], this.#ends[at]);
  }

  /**
   * A copy of lines from this one on, as far as they are remembered: no more rows of them than it takes
   * to have so many bytes. `first` is the first one's number, `end` that of the one behind the last.
   */
  copyFrom(number: number, enoughBytes: number): LineCopy {
    const first = Math.min(Math.max(number, this.first), this.#end);
    const rows: Buffer[] = [];
    let end = first;
    for (let bytes = 0; end < this.#end && bytes < enoughBytes;) {
      const from = end % this.#max;
      let to = from;
      while (++end < this.#end && this.#follows(end, to)) to = end % this.#max;
      const row = this.#chunks[from]!.bytes.subarray(this.#starts[from], this.#ends[to]);
      rows.push(row);
      bytes += row.length;
    }
    return { first, end, bytes: Buffer.concat(rows) };
  }

  /** Whether a line stands right behind the one at this place: both are copied as one piece. */
  #follows(number: number, place: number): boolean {
    const at = number % this.#max;
    return this.#chunks[at] === this.#chunks[place] && this.#starts[at] === this.#ends[place];
  }

  /** Forgets all; numbers go on. */
  clear(): void {
    this.#size = 0;
    this.#chunks.length = 0;
    this.#open = this.#spare = undefined;
  }

  #release(chunk: Chunk): void {
    if (--chunk.lines > 0) return;
    chunk.used = 0;
    if (chunk !== this.#open && chunk.bytes.length === CHUNK_BYTES) this.#spare = chunk;
  }

  #roomFor(bytes: number): Chunk {
    if (this.#open && this.#open.bytes.length - this.#open.used >= bytes) return this.#open;
    const isUsual = bytes <= CHUNK_BYTES;
    const spare = isUsual ? this.#spare : undefined;
    if (spare) this.#spare = undefined;
    this.#open = spare ?? {
      bytes: Buffer.allocUnsafeSlow(isUsual ? CHUNK_BYTES : bytes),
      used: 0,
      lines: 0,
    };
    return this.#open;
  }
}
