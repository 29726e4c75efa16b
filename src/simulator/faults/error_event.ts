import { z } from '#core/schema.ts';
import { framingOf } from '#simulator/framing.ts';
import { defineFault } from '#simulator/faults/fault.ts';

export default defineFault({
  name: 'error_event',
  about: 'status 200, and then an error instead of the rest',
  example: '{kind: error_event, after_events: 0, type: server_error}',
  options: {
    after_events: z.int().min(0).default(0),
    message: z.string().max(10_000).default('The server is overloaded.'),
    type: z.string().max(200).default('server_error'),
    code: z.string().max(200).nullable().default(null),
  },
  strike({ after_events, message, type, code }, { dialect }) {
    const error = { status: 502, message, type, ...(code !== null && { code }) };
    const frames = dialect
      .streamWriter({ includeUsage: false })
      .push({ type: 'error', error: { kind: 'broken', ...error } });
    return {
      whole: () => JSON.stringify(dialect.writeError(error)),
      event(data, { index, frame }) {
        if (index < after_events) return [frame(data)];
        return index === after_events ? frames.map(framingOf(dialect).write) : [];
      },
    };
  },
});
