import type { ChatDialect, Frame } from '#wire/dialect.ts';
import { writeAwsEvent } from '#wire/framing/aws-event-stream.ts';
import { writeSse } from '#wire/framing/sse.ts';

/** Messages of a stream on the wire. */
export interface Framing {
  readonly contentType: string;
  readonly write: (frame: Frame) => string | Buffer;
}

const SSE: Framing = {
  contentType: 'text/event-stream; charset=utf-8',
  write: ({ data, event }) => writeSse(data, event),
};

const FRAMINGS: Readonly<Partial<Record<NonNullable<ChatDialect['framing']>, Framing>>> = {
  sse: SSE,
  'aws-event-stream': {
    contentType: 'application/vnd.amazon.eventstream',
    write: ({ data }) => writeAwsEvent(data),
  },
};

export const framingOf = ({ framing = 'sse' }: ChatDialect): Framing => FRAMINGS[framing] ?? SSE;
