import type { StreamBody, StreamSink } from '#gateway/stream-exchange.ts';
import type { SpillwayError } from '#core/errors.ts';
import type { ChatEvent } from '#wire/chat-event.ts';
import type { ChatDialect } from '#wire/dialect.ts';
import { SseReader } from '#wire/framing/sse.ts';

/** Events that wait for a slow reader before its upstream is paused. */
const WAITING_EVENTS = 256;

/**
 * A stream inside the process, as events. The upstream is paused while the reader is behind; a
 * reader that stops early is expected to abort the call's own signal.
 */
export async function* streamEvents(
  body: StreamBody,
  options: { readonly dialect: ChatDialect; readonly eventBytes: number },
): AsyncGenerator<ChatEvent> {
  const queue = new EventQueue(options.dialect, options.eventBytes);
  body.pipe(queue);
  for (;;) {
    const events = queue.take();
    if (events.length > 0) {
      yield* events;
      body.resume();
    } else if (queue.over) return;
    else await queue.more();
  }
}

class EventQueue implements StreamSink {
  readonly #frames: SseReader;
  readonly #reader: ReturnType<ChatDialect['streamReader']>;
  #events: ChatEvent[] = [];
  #wake: () => void = () => {};
  #over = false;

  constructor(dialect: ChatDialect, eventBytes: number) {
    this.#frames = new SseReader(eventBytes);
    this.#reader = dialect.streamReader();
  }

  get over(): boolean {
    return this.#over;
  }

  write(bytes: Buffer): boolean {
    for (const { data } of this.#frames.push(bytes))
      this.#events.push(...this.#reader.push({ data: data.toString('utf8') }));
    this.#wake();
    return this.#events.length < WAITING_EVENTS;
  }

  end(last: Buffer): void {
    this.write(last);
    this.#events.push(...this.#reader.end());
    this.#finish();
  }

  fail({ message, status }: SpillwayError): void {
    this.#events.push({ type: 'error', error: { kind: 'broken', status, message } });
    this.#finish();
  }

  take(): ChatEvent[] {
    return this.#events.splice(0);
  }

  more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #finish(): void {
    this.#over = true;
    this.#wake();
  }
}
