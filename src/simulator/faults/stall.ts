import { z } from '#core/schema.ts';
import { defineFault } from '#simulator/faults/fault.ts';

export default defineFault({
  name: 'stall',
  about: 'headers come, and after so many bytes of body nothing more, for a while or for good',
  example: '{kind: stall, after_bytes: 400, for_s: 30, p: 0.002}',
  options: {
    after_bytes: z.int().min(0).max(1_000_000_000).default(0),
    /** For good unless said. */
    for_s: z.number().min(0).max(86_400).optional(),
  },
  strike({ after_bytes, for_s }) {
    let left = after_bytes;
    let stalled = false;
    return {
      async pour(piece, line) {
        if (stalled) return line.write(piece);
        const part = piece.subarray(0, left);
        left -= part.length;
        if (part.length > 0 && !(await line.write(part))) return false;
        if (left > 0) return true;
        stalled = true;
        if (for_s === undefined) await line.forever();
        else if (await line.wait(for_s * 1000)) return line.write(piece.subarray(part.length));
        return false;
      },
    };
  },
});
