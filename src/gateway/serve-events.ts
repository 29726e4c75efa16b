import { SpillwayError } from '#core/errors.ts';
import { beginAnswer } from '#gateway/begin-answer.ts';
import type { GatewayDeps } from '#gateway/call.ts';
import { type EventFilter, statusFilter } from '#gateway/event-filter.ts';
import type { HttpCall } from '#gateway/http-call.ts';
import { baseHeaders } from '#gateway/reply-headers.ts';
import type { Served } from '#gateway/served.ts';
import { writeSse } from '#wire/framing/sse.ts';

/** Proxies cut connections on which nothing moves, ms. */
const HEARTBEAT_MS = 15_000;
const LINES_PER_S = 200;
const MOST_LINES_PER_S = 10_000;

/** Requests as they end, one event each, until the caller leaves or the process stops. */
export const serveEvents = async (deps: GatewayDeps, http: HttpCall): Promise<Served> => {
  const query = new URL(http.req.url ?? '', 'http://localhost').searchParams;
  const { res } = http;
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  const watching = deps.events.watch({
    filter: filterOf(query),
    perS: rateOf(query),
    line: (text) => res.write(`event: request\n${writeSse(text)}`),
    leftOut: (lines) =>
      void res.write(`event: left-out\n${writeSse(JSON.stringify({ requests: lines }))}`),
    end,
  });
  try {
    http.signal.addEventListener('abort', () => end(), { once: true });
    if (http.signal.aborted) end();
    res.on('drain', () => watching.caughtUp());
    const head = baseHeaders(deps, http);
    head.add('content-type', 'text/event-stream; charset=utf-8');
    head.add('cache-control', 'no-cache');
    head.add('x-accel-buffering', 'no');
    beginAnswer(res, head);
    res.write(': requests as they end\n\n');
    await beating(deps, http, over);
  } finally {
    watching.stop();
  }
  res.end();
  return {};
};

/** A comment now and then, until it is over. */
const beating = async (
  { clock }: GatewayDeps,
  { res }: HttpCall,
  over: Promise<void>,
): Promise<void> => {
  let cancel = (): void => {};
  const beat = (): void => {
    cancel = clock.after(HEARTBEAT_MS, () => {
      if (!res.writableNeedDrain) res.write(':\n\n');
      beat();
    });
  };
  beat();
  await over;
  cancel();
};

const filterOf = (query: URLSearchParams): EventFilter => {
  const group = query.get('group');
  const deployment = query.get('deployment');
  const status = query.get('status');
  return {
    ...(group !== null && { group }),
    ...(deployment !== null && { deployment }),
    ...(status !== null && { status: statusFilter(status) }),
  };
};

const rateOf = (query: URLSearchParams): number => {
  const text = query.get('per_s') ?? String(LINES_PER_S);
  const perS = Number(text);
  if (/^\d+$/.test(text) && perS >= 1 && perS <= MOST_LINES_PER_S) return perS;
  throw new SpillwayError(
    'invalid_request',
    `\`per_s\` must be a whole number from 1 to ${MOST_LINES_PER_S}.`,
    { param: 'per_s' },
  );
};
