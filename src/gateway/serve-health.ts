import type { GatewayDeps } from '#gateway/call.ts';
import type { HttpCall } from '#gateway/http-call.ts';
import { baseHeaders } from '#gateway/reply-headers.ts';
import { sendBytes, sendJson } from '#gateway/send-reply.ts';
import type { Served } from '#gateway/served.ts';

/** The process answers: all that a liveness probe wants to know. */
export const serveLiveness = async (deps: GatewayDeps, http: HttpCall): Promise<Served> => {
  sendJson(deps, http, "I'm alive!");
  return {};
};

/**
 * Whether it should be sent requests: not while it stops. A group that has nobody is counted and no
 * reason to send requests elsewhere: its errors say what to do, and the other groups are served.
 */
export const serveReadiness = async (deps: GatewayDeps, http: HttpCall): Promise<Served> => {
  const { isStopping } = deps.lifecycle;
  const { groups, without } = deps.usable.count();
  const body = {
    status: isStopping ? 'stopping' : 'healthy',
    db: deps.billing?.storeIsUp() ? 'connected' : 'Not connected',
    cache: null,
    litellm_version: deps.settings.version,
    success_callbacks: [],
    groups,
    groups_without_deployment: without,
  };
  const bytes = Buffer.from(JSON.stringify(body));
  sendBytes(http, isStopping ? 503 : 200, { head: baseHeaders(deps, http), bytes });
  return {};
};
