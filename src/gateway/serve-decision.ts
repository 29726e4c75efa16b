import type { Explanation } from '#balancer/explanation.ts';
import { SpillwayError } from '#core/errors.ts';
import type { GatewayDeps } from '#gateway/call.ts';
import { decisionJson } from '#gateway/decision-json.ts';
import type { AskedAgain } from '#gateway/decision-store.ts';
import { decisionSentences } from '#gateway/decision-text.ts';
import type { HttpCall } from '#gateway/http-call.ts';
import { sendJson } from '#gateway/send-reply.ts';
import type { Served } from '#gateway/served.ts';

/** Why a past request went where it went: its record, and the same in sentences. */
export const serveDecision = async (deps: GatewayDeps, http: HttpCall): Promise<Served> => {
  const found = deps.decisions.find(http.params['id'] ?? '');
  if (!found) throw notRemembered(deps);
  const now = found.asked && explainAgain(deps, found.asked, http.signal);
  sendJson(deps, http, { ...decisionJson(found), why: decisionSentences(found, now) });
  return {};
};

/** What would become of one like it now. */
const explainAgain = (
  { clock, explain }: GatewayDeps,
  { patienceMs, ...asked }: AskedAgain,
  signal: AbortSignal,
): Explanation => {
  const now = clock.now();
  return explain({
    ...asked,
    signal,
    tried: NONE,
    bytes: 0,
    arrivedAt: now,
    waitUntil: now + patienceMs,
  });
};

const NONE: ReadonlySet<string> = new Set();

const notRemembered = ({ settings: { decisions } }: GatewayDeps): SpillwayError =>
  new SpillwayError(
    'not_found',
    `No request with this id is remembered. The last ${decisions.toLocaleString('en-US')} are ` +
      '(spillway_settings.decisions.max); those without a valid key never.',
  );
