import type { GatewayDeps } from '#gateway/call.ts';
import type { HttpCall } from '#gateway/http-call.ts';
import { quotaJson } from '#gateway/quota-json.ts';
import { sendJson } from '#gateway/send-reply.ts';
import type { Served } from '#gateway/served.ts';

/** What every limit has left, who says what it is, and who waits for it. */
export const serveQuota = async (deps: GatewayDeps, http: HttpCall): Promise<Served> => {
  sendJson(deps, http, quotaJson(deps.quota()));
  return {};
};
