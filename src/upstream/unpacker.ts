import type { Transform } from 'node:stream';
import {
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
} from 'node:zlib';
import { SpillwayError } from '#core/errors.ts';
import type { ReplyHeaders } from '#wire/dialect.ts';

/** Unpacked, no answer is larger, bytes. */
const MOST_BYTES = 67_108_864;
/** Nor so many times larger than it was packed: texts come to ten or twenty. */
const MOST_RATIO = 100;
/** Below this nothing is a bomb, bytes. */
const SMALL_BYTES = 1_048_576;
/** More layers are nobody's way of saving bytes. */
const MOST_LAYERS = 2;

const OPENERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

/** What hears the bytes as they were before they were packed. */
export interface Unpacked {
  data(chunk: Buffer): void;
  /** Room for more packed bytes. */
  drained(): void;
  end(): void;
  failed(error: SpillwayError): void;
}

/**
 * Opens an answer that was packed although nobody had asked for it, within bounds. Throws SpillwayError
 * `upstream_invalid` for a packing that nobody knows, or for too many layers of it.
 */
export class Unpacker {
  readonly #layers: readonly Transform[];
  #packedBytes = 0;
  #bytes = 0;
  #isOver = false;

  constructor(encodings: readonly string[], heard: Unpacked) {
    if (encodings.length > MOST_LAYERS) throw unreadable('in too many layers');
    this.#layers = encodings.toReversed().map((name) => {
      const open = Object.hasOwn(OPENERS, name) ? OPENERS[name] : undefined;
      if (!open) throw unreadable('in a way that nobody asked for');
      return open();
    });
    const fail = (error: SpillwayError): void => {
      if (this.#isOver) return;
      this.destroy();
      heard.failed(error);
    };
    for (const [i, layer] of this.#layers.entries()) {
      layer.on('error', () => fail(unreadable('and broken')));
      const next = this.#layers[i + 1];
      if (next) layer.pipe(next);
    }
    const last = this.#layers.at(-1)!;
    this.#layers[0]!.on('drain', () => heard.drained());
    last.on('data', (chunk: Buffer) => {
      this.#bytes += chunk.length;
      const most = Math.max(SMALL_BYTES, Math.min(MOST_BYTES, this.#packedBytes * MOST_RATIO));
      if (this.#bytes > most) fail(unreadable('and far too large when it is opened'));
      else if (!this.#isOver) heard.data(chunk);
    });
    last.on('end', () => {
      if (!this.#isOver) heard.end();
    });
  }

  /** False when it is full: `drained` says when it goes on. */
  push(chunk: Buffer): boolean {
    this.#packedBytes += chunk.length;
    return this.#layers[0]!.write(chunk);
  }

  end(): void {
    this.#layers[0]!.end();
  }

  pause(): void {
    this.#layers.at(-1)!.pause();
  }

  resume(): void {
    this.#layers.at(-1)!.resume();
  }

  destroy(): void {
    this.#isOver = true;
    for (const layer of this.#layers) layer.destroy();
  }
}

const unreadable = (how: string): SpillwayError =>
  new SpillwayError('upstream_invalid', `The upstream sent its answer packed ${how}; try again.`);

/** How an answer is packed, the outermost last; empty where it is not. */
export const packingsOf = (headers: ReplyHeaders): readonly string[] => {
  const named = headers['content-encoding'];
  if (named === undefined) return NONE;
  return String(named)
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity');
};

const NONE: readonly string[] = [];
