import { SpillwayError } from '#core/errors.ts';

const MOST_BYTES = 256 * 1024 * 1024;
const MOST_FILES = 10_000;
const END_MARK = 0x06054b50;
const ENTRY_MARK = 0x02014b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const LONGEST_COMMENT = 65_535;
/** As far as this way of packing goes. */
const MOST_RATIO = 1032;

export interface ZipEntry {
  /** Where its own head begins. */
  readonly at: number;
  /** Bytes as they lie there. */
  readonly packed: number;
  readonly method: number;
}

/**
 * Looks at what a zip file says of its contents before anybody unpacks it. Throws SpillwayError
 * `too_large` for what would unpack to more than it may, `node_failed` for what is no zip file.
 */
export const checkZip = (bytes: Uint8Array): void => void zipEntries(bytes);

/** What is in a zip file, by name. Throws SpillwayError as `checkZip` does. */
export const zipEntries = (bytes: Uint8Array): ReadonlyMap<string, ZipEntry> => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = endOf(view);
  if (end < 0) throw damaged();
  const files = view.getUint16(end + 10, true);
  const entries = new Map<string, ZipEntry>();
  let at = view.getUint32(end + 16, true);
  let total = 0;
  for (let i = 0; i < files; i++) {
    if (at + ENTRY_BYTES > bytes.length || view.getUint32(at, true) !== ENTRY_MARK) throw damaged();
    const packed = view.getUint32(at + 20, true);
    const size = view.getUint32(at + 24, true);
    // What lies about its size still cannot unpack to more than a thousand times of what it is.
    total += Math.max(size, size < packed ? packed * MOST_RATIO : 0);
    const [name, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
    const from = at + ENTRY_BYTES;
    const method = view.getUint16(at + 10, true);
    entries.set(new TextDecoder().decode(bytes.subarray(from, from + name!)), {
      at: view.getUint32(at + 42, true),
      packed,
      method,
    });
    at = from + name! + extra! + comment!;
  }
  if (files > MOST_FILES || total > MOST_BYTES)
    throw new SpillwayError('too_large', 'This document would unpack to more than 256 MB.');
  return entries;
};

export const damaged = (): SpillwayError =>
  new SpillwayError('node_failed', 'This file is damaged, or not what it is called.');

const endOf = (view: DataView): number => {
  const last = view.byteLength - END_BYTES;
  for (let at = last; at >= Math.max(0, last - LONGEST_COMMENT); at--)
    if (view.getUint32(at, true) === END_MARK) return at;
  return -1;
};
