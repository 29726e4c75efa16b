import { z } from '#core/schema.ts';
import { writeSse } from '#wire/framing/sse.ts';
import { chunkOf, hasFinish } from '#simulator/faults/chunk.ts';
import { defineFault } from '#simulator/faults/fault.ts';

export default defineFault({
  name: 'truncate',
  about:
    'the stream ends in good order without its end: no finish, no [DONE]; a body stops half-way',
  example: '{kind: truncate, keep_finish: true}',
  options: {
    /** Nothing after so many events; all but the end unless said. */
    after_events: z.int().min(0).optional(),
    /** Only the `[DONE]` is missing. */
    keep_finish: z.boolean().default(false),
  },
  strike({ after_events = Infinity, keep_finish }) {
    let over = false;
    return {
      whole: (text) => text.slice(0, Math.ceil(text.length / 2)),
      event(data, { index }) {
        const ends = chunkOf(data) === undefined || (!keep_finish && hasFinish(data));
        over ||= ends || index >= after_events;
        return over ? [] : [writeSse(data)];
      },
    };
  },
});
