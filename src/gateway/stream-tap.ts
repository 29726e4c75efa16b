import { isObject, type Json, type JsonObject, own } from '#core/json.ts';
import type { Passage, Taker } from '#gateway/passage.ts';

/** More of a stream than is kept of its words: each comes in an envelope. */
const ENVELOPES = 24;

/** Hears a stream as its caller gets it, up to a number of bytes. */
export class StreamTap {
  readonly #mostBytes: number;
  readonly #pieces: Buffer[] = [];
  #bytes = 0;

  /** `bytes`: of its words. */
  constructor(bytes: number) {
    this.#mostBytes = bytes * ENVELOPES;
  }

  /** The same passage, heard. */
  on(passage: Passage): Passage {
    const over = (taker: Taker): Taker => ({
      get hasBegun() {
        return taker.hasBegun;
      },
      take: (passing, bytes) => {
        this.#hear(bytes);
        return taker.take(passing, bytes);
      },
    });
    return {
      isVerbatim: passage.isVerbatim,
      push: (chunk, taker) => passage.push(chunk, over(taker)),
      end: (taker) => passage.end(over(taker)),
      mark: () => passage.mark(),
    };
  }

  #hear(bytes: Buffer): void {
    if (this.#bytes >= this.#mostBytes) return;
    // What is passed on may be written over by the next chunk.
    this.#pieces.push(Buffer.from(bytes));
    this.#bytes += bytes.length;
  }

  /** What was said, in one piece. */
  text(): string {
    const lines = Buffer.concat(this.#pieces).toString('utf8').split('\n');
    return lines.map((line) => (line.startsWith('data:') ? wordsIn(line.slice(5)) : '')).join('');
  }
}

const wordsIn = (data: string): string => {
  try {
    return words(JSON.parse(data) as Json);
  } catch {
    return '';
  }
};

/** Where an event of any dialect has what is new in it. */
const words = (event: Json): string => {
  if (!isObject(event)) return '';
  const delta = own(event, 'delta');
  if (typeof delta === 'string') return delta;
  const found = [
    textAt(delta, 'text'),
    textAt(delta, 'partial_json'),
    ...listAt(event, 'choices').flatMap((choice) => [
      textAt(choice, 'text'),
      textAt(isObject(choice) ? own(choice, 'delta') : undefined, 'content'),
    ]),
    ...listAt(event, 'candidates').flatMap((candidate) => {
      const content = isObject(candidate) ? own(candidate, 'content') : undefined;
      return isObject(content) ? listAt(content, 'parts').map((part) => textAt(part, 'text')) : [];
    }),
  ];
  return found.join('');
};

const textAt = (value: Json | undefined, name: string): string => {
  const text = isObject(value) ? own(value, name) : undefined;
  return typeof text === 'string' ? text : '';
};

const listAt = (value: JsonObject, name: string): readonly Json[] => {
  const list = own(value, name);
  return Array.isArray(list) ? list : [];
};
