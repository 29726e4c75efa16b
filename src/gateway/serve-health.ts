import type { GatewayDeps } from '#gateway/call.ts';
import type { HttpCall } from '#gateway/http-call.ts';
import { sendJson } from '#gateway/send-reply.ts';
import type { Served } from '#gateway/served.ts';

/** The process answers: all that a liveness probe wants to know. */
export const serveLiveness = async (deps: GatewayDeps, http: HttpCall): Promise<Served> => {
  sendJson(deps, http, "I'm alive!");
  return {};
};

/** It can take requests: it has listened, and every group had a usable deployment at the start. */
export const serveReadiness = async (deps: GatewayDeps, http: HttpCall): Promise<Served> => {
  sendJson(deps, http, {
    status: 'healthy',
    db: 'Not connected',
    cache: null,
    litellm_version: deps.settings.version,
    success_callbacks: [],
  });
  return {};
};
