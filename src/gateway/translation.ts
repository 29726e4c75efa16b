import { NOTHING, type Passage, type Taker } from '#gateway/passage.ts';
import { type ReplyNames, named } from '#gateway/reply-names.ts';
import type { ChatEvent } from '#wire/chat-event.ts';
import type {
  ChatDialect,
  Frame,
  Passing,
  ReadOptions,
  ReplyWriteOptions,
  Step,
} from '#wire/dialect.ts';
import { type FrameReader, frameReader } from '#wire/framing/frames.ts';
import { writeSse } from '#wire/framing/sse.ts';

export interface TranslationOptions extends ReadOptions, ReplyWriteOptions {
  readonly from: ChatDialect;
  readonly to: ChatDialect;
  readonly eventBytes: number;
  /** Answers that were asked for. */
  readonly choices: number;
  readonly includeUsage: boolean;
  readonly names: ReplyNames;
}

const NONE: readonly number[] = [];
const DONE: Passing = { kind: 'done', finished: NONE };

/** A stream of another dialect than the caller's: read into events, and written anew. */
export class Translation implements Passage {
  readonly isVerbatim = false;
  readonly #options: TranslationOptions;
  readonly #frames: FrameReader;
  readonly #reader: Step<Frame, ChatEvent>;
  readonly #writer: Step<ChatEvent, Frame>;
  readonly #finished = new Set<number>();

  constructor(options: TranslationOptions) {
    const { from, to, eventBytes, emulates, includeUsage, request } = options;
    this.#options = options;
    this.#frames = frameReader(from, eventBytes);
    this.#reader = from.streamReader({ emulates });
    this.#writer = to.streamWriter({ includeUsage, request });
  }

  push(chunk: Buffer, taker: Taker): void {
    for (const frame of this.#frames.push(chunk))
      if (!this.#take(this.#reader.push(frame), taker)) return;
    if (this.#finished.size >= this.#options.choices) taker.take(DONE, NOTHING);
  }

  end(taker: Taker): void {
    for (const frame of this.#frames.end())
      if (!this.#take(this.#reader.push(frame), taker)) return;
    // That it broke off is for its taker to say: it knows what went on before.
    const events = this.#reader.end();
    if (events.some(({ type }) => type === 'error') || !this.#take(events, taker)) return;
    if (this.#finished.size > 0) taker.take(DONE, NOTHING);
  }

  mark(): Buffer {
    return bytesOf(this.#writer.end());
  }

  #take(events: readonly ChatEvent[], taker: Taker): boolean {
    let kind: Passing['kind'] = 'opening';
    let finished = NONE;
    let usage: Passing['usage'];
    let text = '';
    for (const event of events) {
      if (event.type === 'error')
        return taker.take({ kind: 'error', finished: NONE, error: event.error }, NOTHING);
      for (const frame of this.#writer.push(named(event, this.#options.names)))
        text += writeSse(frame.data, frame.event);
      if (event.type === 'usage') usage = event.usage;
      if (event.type === 'finish') {
        const { choice = 0 } = event;
        this.#finished.add(choice);
        finished = [...finished, choice];
      }
      if (SEMANTIC.has(event.type)) kind = 'content';
    }
    if (events.length === 0) return true;
    return taker.take(usage ? { kind, finished, usage } : { kind, finished }, Buffer.from(text));
  }
}

/** Events by which a person could notice that there is an answer. */
const SEMANTIC: ReadonlySet<ChatEvent['type']> = new Set([
  'block-delta',
  'block-end',
  'citation',
  'finish',
]);

const bytesOf = (frames: readonly Frame[]): Buffer => {
  if (frames.length === 0) return NOTHING;
  let text = '';
  for (const { data, event } of frames) text += writeSse(data, event);
  return Buffer.from(text);
};
