import { type JsonObject, own } from '#core/json.ts';
import { askOf } from '#gateway/attempt.ts';
import { readCall } from '#gateway/call-wishes.ts';
import type { GatewayDeps } from '#gateway/call.ts';
import { READ_FIELDS } from '#gateway/demand.ts';
import { explanationJson } from '#gateway/explanation-json.ts';
import type { HttpCall } from '#gateway/http-call.ts';
import { sendJson } from '#gateway/send-reply.ts';
import type { Served } from '#gateway/served.ts';
import { bad, modelName } from '#wire/check.ts';

/** What would become of a request of any operation that came now, headers and all. Nothing is sent. */
export const serveExplain = async (deps: GatewayDeps, http: HttpCall): Promise<Served> => {
  const call = await readCall(deps, http);
  const to = deps.groups.resolve(askedModel(call.body));
  const request = { ...askOf(deps, call, to), tried: NONE, signal: call.signal };
  sendJson(deps, http, explanationJson(deps.explain(request), deps.settings.policy));
  return {};
};

const NONE: ReadonlySet<string> = new Set();

/** Throws SpillwayError `invalid_request` where the body asks a model for nothing. */
const askedModel = (body: JsonObject): string => {
  const model = modelName(body);
  if (READ_FIELDS.every((field) => own(body, field) === undefined))
    return bad('messages', "there, or `input`: send a request's whole body", undefined);
  return model;
};
