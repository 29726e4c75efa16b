import { z } from '#core/schema.ts';
import { defineFault } from '#simulator/faults/fault.ts';

export default defineFault({
  name: 'reset_after_bytes',
  about: 'the connection breaks in the middle of the body',
  example: '{kind: reset_after_bytes, n: 900, p: 0.01}',
  options: { n: z.int().min(0).max(1_000_000_000) },
  strike({ n }) {
    let left = n;
    return {
      async pour(piece, line) {
        const part = piece.subarray(0, left);
        left -= part.length;
        if (part.length > 0 && !(await line.write(part))) return false;
        if (left > 0) return true;
        await line.flushed();
        line.reset();
        return false;
      },
    };
  },
});
