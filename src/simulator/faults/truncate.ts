import { z } from '#core/schema.ts';
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
  strike({ after_events = Infinity, keep_finish }, { dialect }) {
    let over = false;
    return {
      whole: (text) => text.slice(0, Math.ceil(text.length / 2)),
      event(data, { index, frame }) {
        const { kind, finished } = dialect.watch(Buffer.from(data), true);
        const ends = kind === 'done' || (!keep_finish && finished.length > 0);
        over ||= ends || index >= after_events;
        return over ? [] : [frame(data)];
      },
    };
  },
});
