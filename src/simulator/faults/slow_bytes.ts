import { z } from '#core/schema.ts';
import { defineFault } from '#simulator/faults/fault.ts';

export default defineFault({
  name: 'slow_bytes',
  about: 'the body drips, a few bytes at a time',
  example: '{kind: slow_bytes, bytes: 1, every_ms: 10000}',
  options: {
    bytes: z.int().min(1).max(1_000_000).default(1),
    every_ms: z.int().min(1).max(3_600_000).default(1000),
  },
  strike: ({ bytes, every_ms }) => ({
    async pour(piece, line) {
      for (let from = 0; from < piece.length; from += bytes) {
        if (!(await line.wait(every_ms))) return false;
        if (!(await line.write(piece.subarray(from, from + bytes)))) return false;
      }
      return true;
    },
  }),
});
