import { SpillwayError } from '#core/errors.ts';
import type { GatewayDeps } from '#gateway/call.ts';
import type { HttpCall } from '#gateway/http-call.ts';
import { sendJson } from '#gateway/send-reply.ts';
import type { Served } from '#gateway/served.ts';

/** LiteLLM gives every model this birthday and this owner. */
const CREATED = 1_677_610_602;
const CREATED_AT = new Date(CREATED * 1000).toISOString();

const modelOf = (id: string) => ({
  id,
  object: 'model',
  created: CREATED,
  owned_by: 'openai',
  type: 'model',
  display_name: id,
  created_at: CREATED_AT,
});

/** A key sees the models that it may use. */
const isSeen = ({ pass }: HttpCall, id: string): boolean => pass?.mayUse(id) ?? true;

/** One of them, by any name under which it can be asked. Throws SpillwayError `not_found`. */
export const serveModel = async (deps: GatewayDeps, http: HttpCall): Promise<Served> => {
  const { model = '' } = http.params;
  const isThere = deps.groups.find(model) !== undefined || deps.appModels.has(model);
  if (!isThere || !isSeen(http, model))
    throw new SpillwayError('not_found', 'There is no model of this name; see /v1/models.');
  sendJson(deps, http, modelOf(model));
  return {};
};

/** Clients of several dialects ask at this path: each finds its own fields, and passes over the others. */
export const serveModels = async (deps: GatewayDeps, http: HttpCall): Promise<Served> => {
  const data = [...deps.groups.list(), ...deps.appModels.names()]
    .filter((id) => isSeen(http, id))
    .map(modelOf);
  const [first_id, last_id] = [data[0]?.id ?? null, data.at(-1)?.id ?? null];
  sendJson(deps, http, { data, object: 'list', has_more: false, first_id, last_id });
  return {};
};
