import { closeSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolderSync } from '#core/make-folder.ts';
import { LINE_END, LineReader, linesIn } from '#store/journal-line.ts';
import type { PackedSpend } from '#store/packed-spend.ts';

const SUFFIX = '.jsonl';
/** A file is closed when it has so many bytes. */
const SEGMENT_BYTES = 4 * 1024 * 1024;
/** There is room again when there is so much, bytes. */
const ROOM_BYTES = 1024 * 1024;
/** What is appended at once nearly always finds room in so many bytes. */
const SCRATCH_BYTES = 65_536;
/** So much of a file is looked at at once, where nobody needs all of it. */
const READ_BYTES = 262_144;
const NAME = /^\d{16}-\d+\.jsonl$/;

interface OpenSegment {
  readonly fd: number;
  readonly path: string;
  bytes: number;
}

/** A disk that is nearly full takes the begin of it, and calls that no error. */
const writeWhole = (
  { fd }: OpenSegment,
  { bytes, length }: { readonly bytes: Buffer; readonly length: number },
): void => {
  if (writeSync(fd, bytes, 0, length) < length) throw new Error('ENOSPC: no space left on device');
};

/** What a segment holds; the end of a line that was cut off by a crash is nothing that was answered. */
export function* packedIn(bytes: Buffer): Generator<PackedSpend> {
  const text = bytes.toString();
  const reader = new LineReader();
  for (let from = 0, end; (end = text.indexOf('\n', from)) >= 0; from = end + 1) {
    const record = reader.read(text.slice(from, end));
    if (record) yield record;
  }
}

/** The same of a file, which is read piece by piece into one place. */
export function* packedOf(path: string): Generator<PackedSpend> {
  const fd = openSync(path, 'r');
  try {
    let bytes = Buffer.allocUnsafeSlow(READ_BYTES);
    let held = 0;
    for (;;) {
      if (held === bytes.length) bytes = Buffer.concat([bytes, Buffer.alloc(bytes.length)]);
      const read = readSync(fd, bytes, held, bytes.length - held, null);
      const end = held + read;
      const whole = read === 0 ? end : bytes.subarray(0, end).lastIndexOf(LINE_END) + 1;
      yield* packedIn(bytes.subarray(0, whole));
      if (read === 0) return;
      bytes.copyWithin(0, whole, end);
      held = end - whole;
    }
  } finally {
    closeSync(fd);
  }
}

/** Records that have been written down and are not in the store yet. */
export interface Segment {
  readonly path: string;
}

/**
 * Records of spend, one line each, written with a system call before anybody hears that they are:
 * whenever the process ends, what it has answered is here or in the store.
 */
export class Journal {
  readonly #folder: string;
  readonly #wall: () => number;
  #file: OpenSegment | undefined;
  #count = 0;
  /** Used again each time: one less allocation outside the heap for each turn. */
  readonly #scratch = Buffer.allocUnsafe(SCRATCH_BYTES);

  constructor(folder: string, wall: () => number) {
    this.#folder = folder;
    this.#wall = wall;
    makeFolderSync(folder, 0o700);
  }

  /** All or none. Throws what the file system says: a disk that is full, a folder that is gone. */
  append(records: readonly PackedSpend[]): void {
    const file = this.#file ?? this.#open();
    const lines = linesIn(this.#scratch, records);
    try {
      writeWhole(file, lines);
    } catch (cause) {
      this.#cutOff(file);
      throw cause;
    }
    file.bytes += lines.length;
    if (file.bytes >= SEGMENT_BYTES) this.close();
  }

  /** Throws where there is no room for many records. */
  probe(): void {
    const file = this.#file ?? this.#open();
    try {
      // Blank lines are no records, should it end here.
      writeWhole(file, { bytes: Buffer.alloc(ROOM_BYTES, LINE_END), length: ROOM_BYTES });
    } finally {
      this.#cutOff(file);
    }
  }

  /** What has been written goes into a segment of its own; the next record begins another. */
  close(): void {
    const file = this.#file;
    this.#file = undefined;
    if (file) closeSync(file.fd);
  }

  /** Every closed segment, the oldest first. */
  async segments(): Promise<readonly Segment[]> {
    const names = (await readdir(this.#folder)).filter((name) => NAME.test(name)).toSorted();
    // As of now: one that was begun meanwhile may be among them, and still grows.
    const open = this.#file?.path;
    return names
      .map((name) => ({ path: join(this.#folder, name) }))
      .filter(({ path }) => path !== open);
  }

  async read({ path }: Segment): Promise<readonly PackedSpend[]> {
    return [...packedIn(await readFile(path))];
  }

  remove({ path }: Segment): Promise<void> {
    return unlink(path);
  }

  /** What was written of lines must not spoil the next one. */
  #cutOff({ fd, bytes }: OpenSegment): void {
    try {
      ftruncateSync(fd, bytes);
    } catch {
      this.close();
    }
  }

  #open(): OpenSegment {
    const name = `${String(Math.round(this.#wall())).padStart(16, '0')}-${++this.#count}${SUFFIX}`;
    const path = join(this.#folder, name);
    const file = { fd: openSync(path, 'a', 0o600), path, bytes: 0 };
    this.#file = file;
    return file;
  }
}
