import type { GatewayDeps } from '#gateway/call.ts';
import type { HttpCall } from '#gateway/http-call.ts';
import { readBody } from '#gateway/read-body.ts';
import { sendJson } from '#gateway/send-reply.ts';
import type { Served } from '#gateway/served.ts';

/** What some clients report of themselves to their vendor goes nowhere: they are content with an answer. */
export const serveSink = async (deps: GatewayDeps, http: HttpCall): Promise<Served> => {
  await readBody(http.req, { limitBytes: deps.settings.limits.requestBytes, clock: deps.clock });
  sendJson(deps, http, {});
  return {};
};
