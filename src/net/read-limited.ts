import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { SpillwayError } from '#core/errors.ts';

const UNPACK = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

export interface ReadLimit {
  readonly limitBytes: number;
  readonly encoding: string | undefined;
  /** Told of every piece, packed and unpacked, as it comes; what it throws ends the reading. */
  readonly count?: (bytes: number) => void;
}

/** A body, unpacked. Throws SpillwayError `too_large` as soon as it passes the limit, packed or not. */
export const readLimited = async (stream: Readable, limit: ReadLimit): Promise<Uint8Array> => {
  const { encoding } = limit;
  const create = Object.entries(UNPACK).find(([name]) => name === encoding?.toLowerCase())?.[1];
  const packed = counted(stream, limit);
  if (!create) return gathered(packed);
  // Whoever has no body, as after HEAD, has none that is packed.
  const first = await packed.next();
  if (first.done) return Buffer.alloc(0);
  try {
    let whole: Uint8Array = Buffer.alloc(0);
    await pipeline(
      Readable.from(followed(first.value, packed)),
      create(),
      async (unpacked: AsyncIterable<Buffer>) => {
        whole = await gathered(counted(unpacked, limit));
      },
    );
    return whole;
  } catch (thrown) {
    if (!/^(Z_|ERR_+ERROR_|ERR_BROTLI)/.test((thrown as { code?: string }).code ?? ''))
      throw thrown;
    throw new SpillwayError('node_failed', `The answer is no valid ${encoding}.`, {
      cause: thrown,
    });
  }
};

async function* counted(
  pieces: AsyncIterable<Buffer>,
  { limitBytes, count }: ReadLimit,
): AsyncGenerator<Buffer, void> {
  let bytes = 0;
  for await (const piece of pieces) {
    bytes += piece.length;
    if (bytes > limitBytes)
      throw new SpillwayError('too_large', `The answer is larger than ${limitBytes} bytes.`);
    count?.(piece.length);
    yield piece;
  }
}

async function* followed(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  yield first;
  yield* rest;
}

const gathered = async (pieces: AsyncIterable<Buffer>): Promise<Buffer> => {
  const all: Buffer[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
};
