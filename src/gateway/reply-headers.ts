import type { DecisionBuilder } from '#balancer/decision.ts';
import { dollarText } from '#core/price.ts';
import { headerLine, headerText } from '#core/header-text.ts';
import { AnswerHead } from '#gateway/answer-head.ts';
import type { GatewayDeps } from '#gateway/call.ts';
import type { HttpCall } from '#gateway/http-call.ts';
import type { Target } from '#upstream/target.ts';

/** What every answer carries, errors included. */
export const baseHeaders = (deps: GatewayDeps, http: HttpCall): AnswerHead => {
  const head = new AnswerHead();
  head.add('x-litellm-call-id', http.id);
  head.add('x-litellm-version', deps.settings.version);
  const own = http.dialect?.requestIdHeader;
  if (own !== undefined) head.add(own, http.id);
  return head;
};

interface Reply {
  readonly target: Target;
  readonly decision: DecisionBuilder;
  readonly upstreamMs: number;
  readonly stream: boolean;
  readonly dropped: readonly string[];
}

export const replyHeaders = (deps: GatewayDeps, http: HttpCall, reply: Reply): AnswerHead => {
  const head = baseHeaders(deps, http);
  head.addLines(courseLines(deps, http, reply));
  return head;
};

/** Who served, how it was chosen, and where the time went so far: lines of a head. */
export const courseLines = (deps: GatewayDeps, http: HttpCall, reply: Reply): string => {
  const { target, decision, upstreamMs } = reply;
  const totalMs = deps.clock.now() - http.arrivedAt;
  const queueMs = Math.round(decision.queueMs);
  const overheadMs = Math.max(0, totalMs - upstreamMs - decision.queueMs);
  const total = totalMs.toFixed(1);
  const { dropped, stream } = reply;
  // What is put in here are numbers: all else has been looked at.
  return (
    linesOf(target) +
    `x-litellm-attempted-retries: ${decision.retries}\r\n` +
    `x-litellm-attempted-fallbacks: ${decision.fallbacks}\r\n` +
    `x-litellm-response-duration-ms: ${total}\r\n` +
    `x-litellm-overhead-duration-ms: ${overheadMs.toFixed(1)}\r\n` +
    `x-spillway-attempts: ${decision.attempts}\r\n` +
    `x-spillway-queue-ms: ${queueMs}\r\n` +
    headerLine('x-spillway-decision', decision.summary()) +
    `server-timing: queue;dur=${queueMs}, upstream;dur=${upstreamMs.toFixed(1)}, total;dur=${total}\r\n` +
    // Of a stream it is known at its end: it stands in the log and in the decision.
    (stream ? '' : costLine(decision.costNanos)) +
    (dropped.length > 0 ? headerLine('x-spillway-dropped-params', listed(dropped)) : '') +
    (http.progress.bill?.told ?? '')
  );
};

/** Of each deployment they are the same each time. */
const targetLines = new WeakMap<Target, string>();

const linesOf = (target: Target): string => {
  let lines = targetLines.get(target);
  if (lines === undefined) {
    const { id, group, name } = target.shown;
    lines =
      headerLine('x-litellm-model-id', id) +
      headerLine('x-litellm-model-group', group) +
      headerLine('x-spillway-deployment', name);
    targetLines.set(target, lines);
  }
  return lines;
};

const costLine = (nanos: number | undefined): string =>
  nanos === undefined
    ? 'x-spillway-cost: unpriced\r\n'
    : `x-litellm-response-cost: ${dollarText(nanos)}\r\n`;

/** A caller may send names without end. */
const MOST_NAMES = 32;
const NAME_CHARS = 64;

const listed = (names: readonly string[]): string =>
  names
    .slice(0, MOST_NAMES)
    .map((name) => headerText(name.slice(0, NAME_CHARS)))
    .join(', ');
