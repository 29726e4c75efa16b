import type { ChatDialect, Passing } from '#wire/dialect.ts';
import { SseReader, writeSse } from '#wire/framing/sse.ts';

/** Who takes an upstream's stream, message by message. */
export interface Taker {
  /** Whether content has been taken before. */
  readonly hasBegun: boolean;
  /** `bytes`: the message as the caller gets it. False: nothing more is wanted. */
  take(passing: Passing, bytes: Buffer): boolean;
}

/** How an upstream's stream becomes the caller's. One for each try. */
export interface Passage {
  /** Whether what its taker gets is what came, byte by byte, as far as it is in our framing. */
  readonly isVerbatim: boolean;
  /** Throws SpillwayError `upstream_invalid` on what is no message of its dialect. */
  push(chunk: Buffer, taker: Taker): void;
  /** The upstream has ended: what it has begun and not closed. */
  end(taker: Taker): void;
  /** What follows the last message of a stream that was whole. */
  mark(): Buffer;
}

export const NOTHING = Buffer.alloc(0);

/** A stream of the caller's own dialect: each event's data passes as it came, in our framing. */
export class PassThrough implements Passage {
  readonly isVerbatim = true;
  readonly #dialect: ChatDialect;
  readonly #events: SseReader;

  constructor(dialect: ChatDialect, eventBytes: number) {
    this.#dialect = dialect;
    this.#events = new SseReader(eventBytes, dialect.endMark === undefined);
  }

  push(chunk: Buffer, taker: Taker): void {
    this.#take(this.#events.push(chunk), taker);
  }

  end(taker: Taker): void {
    this.#take(this.#events.end(), taker);
  }

  mark(): Buffer {
    const { endMark } = this.#dialect;
    return endMark === undefined ? NOTHING : Buffer.from(writeSse(endMark));
  }

  #take(events: ReturnType<SseReader['push']>, taker: Taker): void {
    for (const { data, raw } of events) {
      const passing = this.#dialect.watch(data, taker.hasBegun);
      const isMark = passing.kind === 'done' && this.#dialect.endMark !== undefined;
      if (!taker.take(passing, isMark ? NOTHING : raw)) return;
    }
  }
}
