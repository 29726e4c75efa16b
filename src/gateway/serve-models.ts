import type { GatewayDeps } from '#gateway/call.ts';
import type { HttpCall } from '#gateway/http-call.ts';
import { sendJson } from '#gateway/send-reply.ts';
import type { Served } from '#gateway/served.ts';

/** LiteLLM gives every model this birthday and this owner. */
const CREATED = 1_677_610_602;

export const serveModels = async (deps: GatewayDeps, http: HttpCall): Promise<Served> => {
  const data = deps.groups
    .list()
    .map((id) => ({ id, object: 'model', created: CREATED, owned_by: 'openai' }));
  sendJson(deps, http, { data, object: 'list' });
  return {};
};
