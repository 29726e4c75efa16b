import { askGateway } from '#cli/ask-gateway.ts';
import { leftOutText, TAIL_HEAD, tailText } from '#cli/tail-line.ts';
import type { TailOptions } from '#cli/tail.ts';
import { SpillwayError } from '#core/errors.ts';
import { isObject, type Json } from '#core/json.ts';
import { SseReader } from '#wire/framing/sse.ts';

/** Lines are short. */
const EVENT_BYTES = 65_536;
/** Whoever keeps the lines wants all of them. */
const JSON_PER_S = 10_000;

/** Shows requests until Ctrl-C, or until nobody reads any more. Throws SpillwayError when the gateway goes away. */
export const runTail = async (options: TailOptions): Promise<void> => {
  const stop = new AbortController();
  const end = (): void => stop.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
  // Whoever read the output has left: `| head`.
  process.stdout.once('error', end);
  try {
    const reply = await askGateway(options, `/spillway/events?${queryOf(options).toString()}`, {
      signal: stop.signal,
    });
    if (!options.json) process.stdout.write(`${TAIL_HEAD}\n`);
    await show(reply, options);
  } catch (thrown) {
    if (stop.signal.aborted) return;
    throw thrown;
  }
  throw new SpillwayError('upstream_unreachable', `The gateway at ${options.url} has stopped.`);
};

const queryOf = ({ group, deployment, status, json }: TailOptions): URLSearchParams =>
  new URLSearchParams({
    ...(group !== undefined && { group }),
    ...(deployment !== undefined && { deployment }),
    ...(status !== undefined && { status }),
    ...(json && { per_s: String(JSON_PER_S) }),
  });

const show = async ({ body }: Response, { json, url }: TailOptions): Promise<void> => {
  const frames = new SseReader(EVENT_BYTES);
  try {
    for await (const chunk of body ?? [])
      for (const { event, data } of frames.push(Buffer.from(chunk))) {
        const text = data.toString('utf8');
        const fields = JSON.parse(text) as Json;
        if (!isObject(fields)) continue;
        if (event === 'left-out') process.stderr.write(`${leftOutText(fields)}\n`);
        else process.stdout.write(`${json ? text : tailText(fields)}\n`);
      }
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'AbortError') throw cause;
    throw new SpillwayError('upstream_unreachable', `The gateway at ${url} is gone.`, { cause });
  }
};
