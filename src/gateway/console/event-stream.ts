import type { JsonObject } from '#core/json.ts';
import { writeSse } from '#wire/framing/sse.ts';

/** A reply of server-sent events, one for each thing that happens, as fast as its reader takes them. */
export const eventStream = (events: AsyncGenerator<JsonObject, void>): Response => {
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await events.next();
      if (done) controller.close();
      else controller.enqueue(Buffer.from(writeSse(JSON.stringify(value))));
    },
    async cancel() {
      await events.return();
    },
  });
  return new Response(stream, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
    },
  });
};

/** What happens elsewhere, in the order in which it was told, until `close`. */
export class EventQueue {
  readonly #told: JsonObject[] = [];
  #isClosed = false;
  #wake: () => void = () => {};

  tell(event: JsonObject): void {
    this.#told.push(event);
    this.#wake();
  }

  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  async *read(ended: () => void): AsyncGenerator<JsonObject, void> {
    try {
      for (;;) {
        while (this.#told.length > 0) yield this.#told.shift()!;
        if (this.#isClosed) return;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      ended();
    }
  }
}
