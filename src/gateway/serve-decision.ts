import type { CallSignal } from '#core/call-signal.ts';
import { SpillwayError } from '#core/errors.ts';
import type { GatewayDeps } from '#gateway/call.ts';
import { lookAtBill } from '#gateway/billing.ts';
import { decisionJson } from '#gateway/decision-json.ts';
import type { AskedAgain } from '#gateway/decision-store.ts';
import { decisionSentences } from '#gateway/decision-text.ts';
import { type Foreseen, foresee } from '#gateway/foresee.ts';
import type { HttpCall } from '#gateway/http-call.ts';
import { sendJson } from '#gateway/send-reply.ts';
import type { Served } from '#gateway/served.ts';
import type { Pass } from '#keys/pass.ts';

/** Why a past request went where it went: its record, and the same in sentences. */
export const serveDecision = async (deps: GatewayDeps, http: HttpCall): Promise<Served> => {
  const found = deps.decisions.find(http.params['id'] ?? '');
  if (!found) throw notRemembered(deps);
  const now = found.asked && explainAgain(deps, found.asked, http.signal);
  sendJson(deps, http, { ...decisionJson(found), why: decisionSentences(found, now) });
  return {};
};

/** What would become of one like it now; undefined where its key opens nothing any more. */
const explainAgain = (
  deps: GatewayDeps,
  { patienceMs, token, endUser, ...asked }: AskedAgain,
  signal: CallSignal,
): Foreseen | undefined => {
  const now = deps.clock.now();
  const request = {
    ...asked,
    signal,
    tried: NONE,
    bytes: 0,
    arrivedAt: now,
    waitUntil: now + patienceMs,
  };
  const pass = token === undefined ? undefined : passOf(deps, token);
  if (token !== undefined && !pass) return undefined;
  const payers = {
    tenant: asked.tenant,
    ...(pass && { pass }),
    ...(endUser !== undefined && { endUser }),
  };
  return foresee(deps, request, lookAtBill(deps, payers, asked));
};

/** Undefined where the key is gone, or opens nothing any more. */
const passOf = ({ billing }: GatewayDeps, token: string): Pass | undefined => {
  try {
    return billing?.passOf(token);
  } catch {
    return undefined;
  }
};

const NONE: ReadonlySet<string> = new Set();

const notRemembered = ({ settings: { decisions } }: GatewayDeps): SpillwayError =>
  new SpillwayError(
    'not_found',
    `No request with this id is remembered. The last ${decisions.toLocaleString('en-US')} are ` +
      '(spillway_settings.decisions.max); those without a valid key never.',
  );
