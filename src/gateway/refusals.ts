import type { SpillwayError } from '#core/errors.ts';
import { newCallId } from '#core/ids.ts';
import { own } from '#core/json.ts';
import { plainText } from '#core/plain-text.ts';
import { startedMs, tagsOf } from '#gateway/billing.ts';
import type { GatewayCall, GatewayDeps } from '#gateway/call.ts';
import type { HttpCall } from '#gateway/http-call.ts';
import { keptBody } from '#gateway/kept-body.ts';
import { factsOf, statusWith, tellError } from '#gateway/spend-facts.ts';
import type { Outcome } from '#keys/bill.ts';
import type { Pass } from '#keys/pass.ts';
import { addressOf } from '#keys/entrance.ts';

/** Longest name of a model that is kept where nobody serves it. */
const NAME_CHARS = 200;

/**
 * Writes down a request that was refused before it was put on a bill: its key opens nothing, or not this
 * model; nobody has the model; it cannot be read. One of a stranger leaves no record: whoever guesses
 * keys would fill the log.
 */
export const recordRefused = (deps: GatewayDeps, http: HttpCall, error: SpillwayError): void => {
  const { callType, caller, pass } = http;
  if (!deps.billing || callType === undefined || caller === '') return;
  const call = http.call ?? unread(deps, http, callType);
  recordRefusedCall(deps, call, { error, ...(pass && { pass }) });
};

/** The same of a call, however it came. `pass`: of the key that it came with. */
export const recordRefusedCall = (
  deps: GatewayDeps,
  call: GatewayCall,
  { error, pass }: { readonly error: SpillwayError; readonly pass?: Pass },
): void => {
  const { billing } = deps;
  const { progress, app } = call;
  if (!billing || progress.bill) return;
  const asked = askedModel(call, pass);
  progress.bill = billing.cashier.openRefused({
    id: call.recordId ?? newCallId(),
    startedMs: startedMs(call),
    pass,
    endUser: plainText(call.endUser ?? call.tenant.user),
    group: asked === undefined ? '' : groupOf(deps, asked),
    tags: tagsOf(call),
    isOfApp: app !== undefined,
  });
  const more = factsOf(call);
  more.asked_model = asked?.slice(0, NAME_CHARS);
  tellError(more, error);
  const outcome: Outcome = {
    status: statusWith(error),
    nanos: 0,
    tokensIn: 0,
    tokensOut: 0,
    model: '',
    deployment: '',
    provider: '',
    more,
    body: billing.bodies && keptBody(call, null, billing.bodies.bytes),
  };
  progress.bill.close(outcome, call.answersAtTurnEnd);
};

/** What is known of it where its body has not been read. */
const unread = ({ settings }: GatewayDeps, http: HttpCall, callType: string): GatewayCall => {
  const { id, progress, arrivedAt, wallMs, signal, caller, req } = http;
  const address = addressOf(req, settings.entrance);
  return {
    id,
    progress,
    arrivedAt,
    wallMs,
    body: {},
    signal,
    tenant: { key: caller, user: '' },
    callType,
    priority: 'interactive',
    bytes: 0,
    answersAtTurnEnd: true,
    ...(address !== '' && { address }),
  };
};

/** The model that it asks for; by the key's own name for it, until that has been looked up. */
export const askedModel = (
  { body, pass }: GatewayCall,
  key: Pass | undefined,
): string | undefined => {
  const model = own(body, 'model');
  if (typeof model !== 'string') return undefined;
  return key && !pass ? key.aliasOf(model) : model;
};

/** Sums are kept by what there is: a name that nobody has stands in its record alone. */
const groupOf = ({ groups, appModels }: GatewayDeps, model: string): string =>
  groups.find(model)?.group ?? (appModels.has(model) ? model : '');
