import { z } from '#core/schema.ts';
import { defineFault } from '#simulator/faults/fault.ts';

export default defineFault({
  name: 'header_storm',
  about: 'many headers, or long ones',
  example: '{kind: header_storm, count: 300, bytes: 20}',
  options: {
    count: z.int().min(1).max(10_000).default(300),
    /** Of each header's value. */
    bytes: z.int().min(1).max(1_000_000).default(20),
  },
  strike: ({ count, bytes }) => ({
    head({ status, headers }) {
      const storm = Array.from({ length: count }, (_, i) => [`x-storm-${i}`, 'x'.repeat(bytes)]);
      return { status, headers: { ...headers, ...Object.fromEntries(storm) } };
    },
  }),
});
