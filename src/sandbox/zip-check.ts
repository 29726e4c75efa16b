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

/**
 * Looks at what a zip file says of its contents before anybody unpacks it. Throws SpillwayError
 * `too_large` for what would unpack to more than it may, `node_failed` for what is no zip file.
 */
export const checkZip = (bytes: Uint8Array): void => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = endOf(view);
  if (end < 0)
    throw new SpillwayError('node_failed', 'This file is damaged, or not what it is called.');
  const files = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  let total = 0;
  for (let i = 0; i < files; i++) {
    if (at + ENTRY_BYTES > bytes.length || view.getUint32(at, true) !== ENTRY_MARK)
      throw new SpillwayError('node_failed', 'This file is damaged, or not what it is called.');
    const packed = view.getUint32(at + 20, true);
    const size = view.getUint32(at + 24, true);
    // What lies about its size still cannot unpack to more than a thousand times of what it is.
    total += Math.max(size, size < packed ? packed * MOST_RATIO : 0);
    const rest = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
    at += ENTRY_BYTES + rest.reduce((sum, bytes) => sum + bytes);
  }
  if (files > MOST_FILES || total > MOST_BYTES)
    throw new SpillwayError('too_large', 'This document would unpack to more than 256 MB.');
};

const endOf = (view: DataView): number => {
  const last = view.byteLength - END_BYTES;
  for (let at = last; at >= Math.max(0, last - LONGEST_COMMENT); at--)
    if (view.getUint32(at, true) === END_MARK) return at;
  return -1;
};
