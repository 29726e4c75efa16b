import { z } from '#core/schema.ts';
import { defineFault } from '#simulator/faults/fault.ts';

export default defineFault({
  name: 'reset',
  about: 'the connection breaks before the headers, once the call is charged',
  example: '{kind: reset, p: 0.05}',
  options: {
    /** Only connections that have served a call before. */
    reused_only: z.boolean().default(false),
  },
  strike: ({ reused_only }, { reusedConnection }) =>
    reused_only && !reusedConnection ? undefined : { takeOver: (line) => line.reset() },
});
