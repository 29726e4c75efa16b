import type { CallSignal } from '#core/call-signal.ts';

/** More than a reader who takes nothing may let pile up, events. */
const MOST_WAITING = 50_000;

/**
 * Whatever is said, as server-sent events, `undefined` being the end. `begin` returns what is to be
 * done when the reader leaves.
 */
export const eventStream = (
  begin: (say: (event: object | undefined) => void) => () => void,
  signal: CallSignal,
): Response => {
  const encoder = new TextEncoder();
  let leave = (): void => {};
  let isOver = false;
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const say = (event: object | undefined): void => {
          if (isOver) return;
          if (event) controller.enqueue(encoder.encode(`data: ${JSON.stringify(event)}\n\n`));
          if (event && (controller.desiredSize ?? 0) > -MOST_WAITING) return;
          isOver = true;
          controller.close();
        };
        leave = begin(say);
        signal.addEventListener('abort', () => leave(), { once: true });
      },
      cancel() {
        isOver = true;
        leave();
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
    },
  });
};
