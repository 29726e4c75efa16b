import { gzipSync } from 'node:zlib';
import { z } from '#core/schema.ts';
import type { Effect } from '#simulator/faults/effect.ts';
import { defineFault } from '#simulator/faults/fault.ts';

export default defineFault({
  name: 'compress',
  about: 'a body that nobody asked to be compressed: once, in a long chain, or a bomb',
  example: '{kind: compress, as: gzip}',
  options: {
    as: z.enum(['gzip', 'chain', 'bomb']),
    /** Of a bomb, unpacked. */
    bytes: z.int().min(1).max(10_000_000_000).default(200_000_000),
  },
  strike({ as, bytes }) {
    if (as === 'bomb') return { ...encoded('gzip'), pour: bomb(bytes) };
    const layers = as === 'chain' ? CHAIN : 1;
    return {
      ...encoded(Array<string>(layers).fill('gzip').join(', ')),
      // Packed pieces one after another are one packed body.
      pour: (piece, line) => line.write(packed(piece, layers)),
    };
  },
});

const CHAIN = 5;
const ZEROS = gzipSync(Buffer.alloc(1_000_000));

const packed = (piece: Buffer, layers: number): Buffer =>
  layers === 0 ? piece : packed(gzipSync(piece), layers - 1);

const encoded = (encoding: string): Effect => ({
  head({ status, headers }) {
    const { 'content-length': _, ...others } = headers;
    return { status, headers: { ...others, 'content-encoding': encoding } };
  },
});

/** The same small piece again and again. */
const bomb = (bytes: number): NonNullable<Effect['pour']> => {
  let left = bytes;
  return async (_, line) => {
    for (; left > 0; left -= 1_000_000) if (!(await line.write(ZEROS))) return false;
    return true;
  };
};
