import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { SpillwayError } from '#core/errors.ts';

const UNPACK = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

const tooLarge = (limitBytes: number): SpillwayError =>
  new SpillwayError('too_large', `The answer is larger than ${limitBytes} bytes.`);

/** A body, unpacked. Throws SpillwayError `too_large` as soon as it passes the limit, packed or not. */
export const readLimited = async (
  stream: Readable,
  { limitBytes, encoding }: { readonly limitBytes: number; readonly encoding: string | undefined },
): Promise<Uint8Array> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > limitBytes) {
      stream.destroy();
      throw tooLarge(limitBytes);
    }
    chunks.push(chunk);
  }
  const whole = Buffer.concat(chunks);
  const unpack = Object.entries(UNPACK).find(([name]) => name === encoding?.toLowerCase())?.[1];
  if (!unpack || whole.length === 0) return whole;
  try {
    return await unpack(whole, { maxOutputLength: limitBytes });
  } catch (thrown) {
    if ((thrown as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limitBytes);
    throw new SpillwayError('node_failed', `The answer is no valid ${encoding}.`, {
      cause: thrown,
    });
  }
};
