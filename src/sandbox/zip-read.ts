import { inflateRawSync } from 'node:zlib';
import { SpillwayError } from '#core/errors.ts';
import { damaged, zipEntries } from '#sandbox/zip-check.ts';

const STORED = 0;
const DEFLATED = 8;
const LOCAL_MARK = 0x04034b50;
const LOCAL_BYTES = 30;
/** Of one file within, unpacked, bytes; and of all that are read. */
const MOST_FILE_BYTES = 32 * 1024 * 1024;
const MOST_BYTES = 128 * 1024 * 1024;

/** The texts within a zip file, by name; each is unpacked when it is asked for. */
export class ZipTexts {
  readonly #bytes: Uint8Array;
  readonly #entries: ReturnType<typeof zipEntries>;
  #read = 0;

  /** Throws SpillwayError `node_failed` for what is no zip file, `too_large` for one that would unpack to too much. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#entries = zipEntries(bytes);
  }

  get names(): string[] {
    return [...this.#entries.keys()];
  }

  /** UTF-8; undefined when there is none of that name. Throws SpillwayError as the constructor does. */
  text(name: string): string | undefined {
    const entry = this.#entries.get(name);
    if (!entry) return undefined;
    const { at, packed, method } = entry;
    const view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength);
    if (at + LOCAL_BYTES > view.byteLength || view.getUint32(at, true) !== LOCAL_MARK)
      throw damaged();
    const from = at + LOCAL_BYTES + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
    const body = this.#bytes.subarray(from, from + packed);
    const plain = unpacked(body, method);
    this.#read += plain.length;
    if (this.#read > MOST_BYTES)
      throw new SpillwayError('too_large', 'This document unpacks to more than 128 MB.');
    return new TextDecoder().decode(plain);
  }
}

const unpacked = (body: Uint8Array, method: number): Uint8Array => {
  if (method === STORED) return body;
  if (method !== DEFLATED) throw damaged();
  try {
    return inflateRawSync(body, { maxOutputLength: MOST_FILE_BYTES });
  } catch (cause) {
    if ((cause as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE')
      throw new SpillwayError('too_large', 'A part of this document unpacks to more than 32 MB.');
    throw damaged();
  }
};
