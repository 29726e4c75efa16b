import type { DecisionBuilder } from '#balancer/decision.ts';
import { dollarText } from '#core/price.ts';
import { headerText } from '#core/header-text.ts';
import type { GatewayDeps } from '#gateway/call.ts';
import type { HttpCall } from '#gateway/http-call.ts';
import type { Target } from '#upstream/target.ts';

/** Headers as names and values in turn: what `writeHead` takes without copying. */
export type FlatHeaders = string[];

/** What every answer carries, errors included. */
export const baseHeaders = (deps: GatewayDeps, http: HttpCall): FlatHeaders => {
  const { version } = deps.settings;
  const headers = ['x-litellm-call-id', http.id, 'x-litellm-version', version];
  const own = http.dialect?.requestIdHeader;
  if (own !== undefined) headers.push(own, http.id);
  return headers;
};

/** Who served, how it was chosen, and where the time went so far. */
export const replyHeaders = (
  deps: GatewayDeps,
  http: HttpCall,
  reply: {
    target: Target;
    decision: DecisionBuilder;
    upstreamMs: number;
    stream: boolean;
    dropped: readonly string[];
  },
): FlatHeaders => {
  const { target, decision, upstreamMs } = reply;
  const totalMs = deps.clock.now() - http.arrivedAt;
  const queueMs = Math.round(decision.queueMs);
  const overheadMs = Math.max(0, totalMs - upstreamMs - decision.queueMs);
  const total = totalMs.toFixed(1);
  const headers = baseHeaders(deps, http);
  headers.push(
    'x-litellm-model-id',
    target.shown.id,
    'x-litellm-model-group',
    target.shown.group,
    'x-litellm-attempted-retries',
    String(decision.retries),
    'x-litellm-attempted-fallbacks',
    String(decision.fallbacks),
    'x-litellm-response-duration-ms',
    total,
    'x-litellm-overhead-duration-ms',
    overheadMs.toFixed(1),
    'x-spillway-deployment',
    target.shown.name,
    'x-spillway-attempts',
    String(decision.attempts),
    'x-spillway-queue-ms',
    String(queueMs),
    'x-spillway-decision',
    decision.summary(),
    'server-timing',
    `queue;dur=${queueMs}, upstream;dur=${upstreamMs.toFixed(1)}, total;dur=${total}`,
  );
  // Of a stream it is known at its end: it stands in the log and in the decision.
  if (!reply.stream) pushCost(headers, decision.costNanos);
  const { dropped } = reply;
  if (dropped.length > 0) headers.push('x-spillway-dropped-params', listed(dropped));
  http.progress.bill?.tell(headers);
  return headers;
};

const pushCost = (headers: FlatHeaders, nanos: number | undefined): void => {
  if (nanos === undefined) headers.push('x-spillway-cost', 'unpriced');
  else headers.push('x-litellm-response-cost', dollarText(nanos));
};

/** A caller may send names without end. */
const MOST_NAMES = 32;
const NAME_CHARS = 64;

const listed = (names: readonly string[]): string =>
  names
    .slice(0, MOST_NAMES)
    .map((name) => headerText(name.slice(0, NAME_CHARS)))
    .join(', ');
