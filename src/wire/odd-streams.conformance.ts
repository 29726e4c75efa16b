import * as fc from 'fast-check';
import { expect } from 'vitest';
import type { ChatEvent } from '#wire/chat-event.ts';
import { collect } from '#wire/collect.ts';
import type { ChatDialect, Frame } from '#wire/dialect.ts';
import { type Fixture, grammarFault, runStep } from '#wire/test-kit.ts';

/** Reads `frames` to their end; asserts the grammar on the way. */
export const readStream = (dialect: ChatDialect, frames: Iterable<Frame>): ChatEvent[] => {
  const events = runStep(dialect.streamReader(), frames);
  expect(grammarFault(events)).toBeUndefined();
  return events;
};

export const writeStream = (dialect: ChatDialect, events: Iterable<ChatEvent>): Frame[] =>
  runStep(dialect.streamWriter({ includeUsage: true }), events);

export const sameFrames = (a: readonly Frame[], b: readonly Frame[]): boolean =>
  a.length === b.length && a.every(({ data }, i) => data === b[i]?.data);

/** Line ends as some servers and proxies write them; only where lines are the framing. */
const LINE_ENDS = ['\r\n', '\r'];

interface OddSubject {
  readonly dialect: ChatDialect;
  readonly frames: (chunks: Iterable<Buffer>) => Frame[];
  readonly streams: readonly Fixture[];
  readonly check: (name: string, run: () => void) => void;
}

/** What networks and vendors do to streams; of what comes of it only the grammar is known. */
export const oddStreamCases = ({ dialect, frames, streams, check }: OddSubject): void => {
  if ((dialect.framing ?? 'sse') === 'sse') lineCases({ dialect, frames, streams, check });
  check('messages that come twice, or in any order, keep the grammar', () => {
    for (const { bytes } of streams)
      readStream(
        dialect,
        frames([bytes]).flatMap((frame) => [frame, frame]),
      );
    const shuffled = fc.oneof(
      ...streams.map(({ bytes }) => {
        const all = frames([bytes]);
        return fc.shuffledSubarray(all, { minLength: all.length });
      }),
    );
    fc.assert(fc.property(shuffled, (all) => void readStream(dialect, all)));
  });
  check('a piece of several megabytes comes out as it went in', () => {
    const delta = '語 "\\ \n'.repeat(400_000);
    const events: ChatEvent[] = [
      { type: 'start', id: 'a', model: 'm', created: 1 },
      { type: 'block-start', index: 0, block: { kind: 'text' } },
      { type: 'block-delta', index: 0, delta },
      { type: 'block-end', index: 0 },
      { type: 'usage', usage: { inputTokens: 1, outputTokens: 1 } },
      { type: 'finish', reason: 'stop', raw: '' },
    ];
    const read = collect(readStream(dialect, writeStream(dialect, events)));
    expect(read.text === delta).toBe(true);
  });
};

/** Where lines are the framing: the other one has checksums. */
const lineCases = ({ dialect, frames, streams, check }: OddSubject): void => {
  check(
    'a stream reads the same whatever ends its lines, wherever its lines or characters are cut in two',
    () => {
      for (const { name, bytes } of streams) {
        const whole = frames([bytes]);
        for (const end of LINE_ENDS) {
          const other = Buffer.from(bytes.toString('latin1').replaceAll('\n', end), 'latin1');
          for (let at = 0; at <= other.length; at++)
            if (
              isTelling(other, at) &&
              !sameFrames(frames([other.subarray(0, at), other.subarray(at)]), whole)
            )
              expect.fail(
                `${name} with ${JSON.stringify(end)}, cut at byte ${at}, reads otherwise`,
              );
        }
      }
    },
  );
  check('bytes that are no characters keep the grammar', () => {
    for (const { bytes } of streams) {
      // A character of several bytes becomes rubbish, the structure stays.
      const broken = Buffer.from(bytes.map((byte) => (byte > 0x7f ? 0xff : byte)));
      readStream(dialect, frames([broken]));
    }
  });
};

/** Whether a cut here goes through a line's end or a character, or beside one. */
const isTelling = (bytes: Buffer, at: number): boolean =>
  [bytes[at - 1] ?? 0, bytes[at] ?? 0].some((byte) => byte < 0x20 || byte > 0x7f);
