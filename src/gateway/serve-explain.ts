import { type JsonObject, own } from '#core/json.ts';
import { SpillwayError } from '#core/errors.ts';
import { askOf, rulesOf } from '#gateway/ask.ts';
import { lookAtBill } from '#gateway/billing.ts';
import { readCall } from '#gateway/call-wishes.ts';
import type { GatewayDeps } from '#gateway/call.ts';
import { courseTo } from '#gateway/course.ts';
import { READ_FIELDS } from '#gateway/demand.ts';
import { explanationJson } from '#gateway/explanation-json.ts';
import { foresee } from '#gateway/foresee.ts';
import type { HttpCall } from '#gateway/http-call.ts';
import { sendJson } from '#gateway/send-reply.ts';
import type { Served } from '#gateway/served.ts';
import { bad, modelName } from '#wire/check.ts';
import { openaiChat } from '#wire/openai-chat/index.ts';

/**
 * What would become of a request of any operation that came now, headers and all: with the key that
 * asks, or the one that `?key=` names. Nothing is sent.
 */
export const serveExplain = async (deps: GatewayDeps, http: HttpCall): Promise<Served> => {
  actFor(deps, http);
  const call = await readCall(deps, http);
  const of = { body: call.body, groups: deps.groups, rules: rulesOf(deps, call) };
  const course = courseTo({ model: askedModel(deps, call.body), params: {} }, of);
  const foreseen = foresee(deps, askOf(deps, call, course), lookAtBill(deps, call, course));
  sendJson(deps, http, explanationJson(foreseen, deps.settings.policy, call.pass));
  return {};
};

/** Whoever may see everything may ask for somebody else. */
const actFor = ({ billing }: GatewayDeps, http: HttpCall): void => {
  const name = new URL(http.req.url ?? '', 'http://localhost').searchParams.get('key');
  if (name === null) return;
  const pass = billing?.passOf(name);
  if (!pass)
    throw new SpillwayError('not_found', 'There is no such key. Name its token or its alias.', {
      param: 'key',
    });
  http.pass = pass;
  http.caller = pass.word;
};

/** Throws SpillwayError `invalid_request` where the body asks a model for nothing. */
const askedModel = (deps: GatewayDeps, body: JsonObject): string => {
  const model = modelName(body);
  if (deps.appModels.has(model))
    throw new SpillwayError(
      'invalid_request',
      'An app asks models of its own: explain a request to one of those.',
      { param: 'model' },
    );
  if (READ_FIELDS.every((field) => own(body, field) === undefined))
    return bad('messages', "there, or `input`: send a request's whole body", undefined);
  // In every dialect that has them they are a list of what somebody has said.
  if (own(body, 'messages') !== undefined) openaiChat.touchRequest(body);
  return model;
};
