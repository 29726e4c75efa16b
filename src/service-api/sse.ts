import { once } from 'node:events';
import type { Clock } from '#core/clock.ts';
import type { JsonObject } from '#core/json.ts';
import type { RunEvent } from '#flow/events.ts';
import type { ApiCall } from '#service-api/http-call.ts';

/** After so long without a word something is said, ms. */
const PING_MS = 10_000;
const PING = 'event: ping\n\n';

export interface StreamOptions {
  readonly clock: Clock;
  readonly events: AsyncGenerator<RunEvent, void>;
  readonly write: (event: RunEvent) => readonly JsonObject[];
  /** What is said when the run breaks. */
  readonly failed: (thrown: unknown) => JsonObject;
}

/** A run as server-sent events. Waits for a slow reader; ends the run with a reader who leaves. */
export const sendStream = async (
  { res, signal }: Pick<ApiCall, 'res' | 'signal'>,
  { clock, events, write, failed }: StreamOptions,
): Promise<void> => {
  res.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'x-accel-buffering': 'no',
  });
  let cancel = (): void => {};
  const beat = (): void => {
    cancel();
    cancel = clock.after(PING_MS, () => {
      res.write(PING);
      beat();
    });
  };
  const say = async (payload: JsonObject): Promise<void> => {
    beat();
    if (!res.write(`data: ${JSON.stringify(payload)}\n\n`)) await once(res, 'drain', { signal });
  };
  res.write(PING);
  beat();
  try {
    for await (const event of events) for (const payload of write(event)) await say(payload);
  } catch (thrown) {
    if (!signal.aborted) await say(failed(thrown)).catch(() => {});
  } finally {
    cancel();
    res.end();
  }
};
