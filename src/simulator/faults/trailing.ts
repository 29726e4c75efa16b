import { z } from '#core/schema.ts';
import { writeSse } from '#wire/framing/sse.ts';
import type { Effect } from '#simulator/faults/effect.ts';
import { defineFault } from '#simulator/faults/fault.ts';

export default defineFault({
  name: 'trailing',
  about: 'more after the end: events behind [DONE], or a whole answer on an idle connection',
  example: '{kind: trailing, what: response}',
  options: { what: z.enum(['events', 'response']) },
  strike: ({ what }): Effect =>
    what === 'events'
      ? { event: (data) => (data === '[DONE]' ? [writeSse(data), POISON_EVENT] : [writeSse(data)]) }
      : { after: ({ socket }) => void socket.write(POISON_RESPONSE) },
});

const POISON = '{"poison":true}';
const POISON_EVENT = writeSse(POISON);
const POISON_RESPONSE =
  'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n' +
  `content-length: ${POISON.length}\r\n\r\n${POISON}`;
