import { z } from '#core/schema.ts';
import { defineFault } from '#simulator/faults/fault.ts';

const PIECE = 'x'.repeat(65_536);

export default defineFault({
  name: 'oversize_event',
  about: 'one event, or one body, of many megabytes',
  example: '{kind: oversize_event, bytes: 8388608}',
  options: {
    bytes: z
      .int()
      .min(1)
      .max(256 * 1024 * 1024)
      .default(8 * 1024 * 1024),
    after_events: z.int().min(0).default(1),
  },
  strike: ({ bytes, after_events }) => ({
    whole: (text) => `{"padding":"${'x'.repeat(bytes)}",${text.slice(1)}`,
    event: (data, { index, frame }) =>
      index === after_events
        ? ['data: {"padding":"', ...padding(bytes), '"}\n\n', frame(data)]
        : [frame(data)],
  }),
});

const padding = (bytes: number): string[] =>
  Array.from({ length: Math.ceil(bytes / PIECE.length) }, (_, i) =>
    PIECE.slice(0, bytes - i * PIECE.length),
  );
