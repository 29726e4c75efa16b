import type { ChatDialect, Frame } from '#wire/dialect.ts';
import { AwsEventStreamReader } from '#wire/framing/aws-event-stream.ts';
import { SseReader } from '#wire/framing/sse.ts';

/** Bytes of a stream → its messages; synchronous, fed in order. */
export interface FrameReader {
  /** Throws SpillwayError `upstream_invalid` on a message that is too large, or that is none. */
  push(chunk: Buffer): Frame[];
  /** What was begun and not closed comes out as it is. */
  end(): Frame[];
}

interface MessageReader {
  push(chunk: Buffer): Message[];
  end(): Message[];
}

interface Message {
  readonly data: Buffer;
}

const READERS: Readonly<
  Record<NonNullable<ChatDialect['framing']>, (maxBytes: number) => MessageReader>
> = {
  sse: (maxBytes) => new SseReader(maxBytes),
  'aws-event-stream': (maxBytes) => new AwsEventStreamReader(maxBytes),
};

/** Reads the framing of a dialect's streams. `maxBytes`: of one message. */
export const frameReader = ({ framing = 'sse' }: ChatDialect, maxBytes: number): FrameReader => {
  const reader = READERS[framing](maxBytes);
  return {
    push: (chunk) => reader.push(chunk).map(frameOf),
    end: () => reader.end().map(frameOf),
  };
};

/** No dialect reads the type of a message anywhere but in the message itself. */
const frameOf = ({ data }: Message): Frame => ({ data: data.toString('utf8') });
