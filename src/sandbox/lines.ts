import type { Readable } from 'node:stream';

interface LinesOptions {
  readonly longestBytes: number;
  readonly line: (text: string) => void;
  /** Nothing more is read then. */
  readonly tooLong: () => void;
}

/** Of a line. */
const END = 10;

/** Lines of somebody who is not trusted: no more is held of one than it may be long. */
export const readLines = (stream: Readable, options: LinesOptions): void => {
  const { longestBytes, line, tooLong } = options;
  let pieces: Buffer[] = [];
  let bytes = 0;
  const hear = (chunk: Buffer): void => {
    let from = 0;
    for (;;) {
      const end = chunk.indexOf(END, from);
      const piece = chunk.subarray(from, end < 0 ? chunk.length : end);
      bytes += piece.length;
      if (bytes > longestBytes) {
        stream.off('data', hear);
        pieces = [];
        return tooLong();
      }
      pieces.push(piece);
      if (end < 0) return;
      const text = Buffer.concat(pieces).toString();
      pieces = [];
      bytes = 0;
      from = end + 1;
      line(text);
    }
  };
  stream.on('data', hear);
};
