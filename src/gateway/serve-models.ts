import type { GatewayDeps } from '#gateway/call.ts';
import type { HttpCall } from '#gateway/http-call.ts';
import { sendJson } from '#gateway/send-reply.ts';
import type { Served } from '#gateway/served.ts';

/** LiteLLM gives every model this birthday and this owner. */
const CREATED = 1_677_610_602;
const CREATED_AT = new Date(CREATED * 1000).toISOString();

/** Clients of several dialects ask at this path: each finds its own fields, and passes over the others. */
export const serveModels = async (deps: GatewayDeps, http: HttpCall): Promise<Served> => {
  const seen = (id: string): boolean => http.pass?.mayUse(id) ?? true;
  const data = deps.groups
    .list()
    .filter(seen)
    .map((id) => ({
      id,
      object: 'model',
      created: CREATED,
      owned_by: 'openai',
      type: 'model',
      display_name: id,
      created_at: CREATED_AT,
    }));
  const [first_id, last_id] = [data[0]?.id ?? null, data.at(-1)?.id ?? null];
  sendJson(deps, http, { data, object: 'list', has_more: false, first_id, last_id });
  return {};
};
