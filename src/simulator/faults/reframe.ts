import { z } from '#core/schema.ts';
import { writeSse } from '#wire/framing/sse.ts';
import type { Effect } from '#simulator/faults/effect.ts';
import { defineFault } from '#simulator/faults/fault.ts';

export default defineFault({
  name: 'reframe',
  about: 'the same events in other framing that the standard allows, or byte by byte',
  example: '{kind: reframe, as: crlf, split: true}',
  options: {
    as: z
      .enum(['plain', 'cr', 'crlf', 'mixed', 'bom', 'comments', 'fields', 'multiline'])
      .default('plain'),
    /** A byte at a time. */
    split: z.boolean().default(false),
  },
  strike: ({ as, split }) => ({
    ...(as !== 'plain' && { event: FRAMINGS[as] }),
    ...(split && { pour: byteByByte }),
  }),
});

const byteByByte: NonNullable<Effect['pour']> = async (piece, line) => {
  for (let at = 0; at < piece.length; at++) {
    if (!(await line.write(piece.subarray(at, at + 1)))) return false;
    // Two bytes that are written together leave together.
    await line.flushed();
  }
  return true;
};

const MIXED = ['\n', '\r', '\r\n'];

const withEnds = (data: string, end: string): string[] => [writeSse(data).replaceAll('\n', end)];

const FRAMINGS = {
  cr: (data) => withEnds(data, '\r'),
  crlf: (data) => withEnds(data, '\r\n'),
  mixed: (data, { index }) => withEnds(data, MIXED[index % MIXED.length] ?? '\n'),
  bom: (data, { index }) => [index === 0 ? '\ufeff' : '', writeSse(data)],
  comments: (data) => [`: waiting\n\n:\n${writeSse(data)}`],
  fields: (data, { index }) => [`id: ${index}\nretry: 10\nunknown: field\n${writeSse(data)}`],
  multiline: (data) => [writeSse(data.startsWith('{') ? spread(data) : data)],
} satisfies Record<string, NonNullable<Effect['event']>>;

const spread = (data: string): string => JSON.stringify(JSON.parse(data), null, 1);
