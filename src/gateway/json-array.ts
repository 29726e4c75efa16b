import { SseReader } from '#wire/framing/sse.ts';

/** A stream as one array of JSON, element by element: how some clients read one who do not ask for events. */
export class JsonArray {
  readonly #events: SseReader;
  #count = 0;

  constructor(eventBytes: number) {
    this.#events = new SseReader(eventBytes);
  }

  /** Server-sent events, whole ones → elements. */
  write(events: Buffer | string): string {
    const bytes = typeof events === 'string' ? Buffer.from(events) : events;
    return this.#events
      .push(bytes)
      .map(({ data }) => `${this.#count++ === 0 ? '[' : ',\r\n'}${data.toString('utf8')}`)
      .join('');
  }

  end(): string {
    return this.#count === 0 ? '[]' : ']';
  }
}
