import type { IncomingMessage, ServerResponse } from 'node:http';
import { DecisionBuilder } from '#balancer/decision.ts';
import { SpillwayError } from '#core/errors.ts';
import type { ControlPlane } from '#gateway/admin/control-plane.ts';
import type { GatewayDeps, GatewaySettings } from '#gateway/call.ts';
import { type HttpCall, createHttpCall, pathOf } from '#gateway/http-call.ts';
import type { Route } from '#gateway/route-table.ts';
import { dialectBelow, routes } from '#gateway/routes.ts';
import { baseHeaders } from '#gateway/reply-headers.ts';
import { askedModel, recordRefused } from '#gateway/refusals.ts';
import { sendBytes, sendError } from '#gateway/send-reply.ts';
import type { Served } from '#gateway/served.ts';
import type { Authenticate, Caller } from '#keys/authenticate.ts';
import { addressOf, demandAddress } from '#keys/entrance.ts';
import { principalOf, seesAll } from '#keys/principal.ts';

export type HttpHandler = (req: IncomingMessage, res: ServerResponse) => void;

/**
 * HTTP in, HTTP out: look up, authenticate before anything is read, serve, tell the log. What is at
 * no path of the table is the control plane's, where there is one.
 */
export const createHandler = (
  deps: GatewayDeps,
  authenticate: Authenticate,
  control?: Pick<ControlPlane, 'serve'>,
): HttpHandler => {
  const admit = (http: HttpCall, route: Route): void => {
    const knock = knockAt(deps, http, route);
    try {
      enter(http, authenticate(knock), route);
    } catch (thrown) {
      const pass = http.pass ?? deps.billing?.turnedAway(knock.headers);
      if (pass) Object.assign(http, { pass, caller: pass.word });
      throw thrown;
    }
  };
  /** Undefined where it is answered already. */
  const serve = (http: HttpCall): Promise<Served | void> | undefined => {
    if (isProbe(http)) {
      sendBytes(http, 200, { head: baseHeaders(deps, http), bytes: NO_BYTES });
      return undefined;
    }
    const route = findRoute(http);
    const isForeign = http.dialect !== undefined;
    if (route?.access !== 'public') demandAddress(http.req, deps.settings.entrance);
    if (!route && control && !isForeign) return control.serve(http);
    if (!route) throw nothingHere();
    const isOpen = route.access === 'metrics' && deps.settings.metricsArePublic;
    http.callType = route.callType;
    if (route.access !== 'public' && !isOpen) admit(http, route);
    return route.serve(deps, http);
  };
  // No async function: what those keep while they wait is twice as much.
  return (req, res) => {
    const http = createHttpCall(deps, req, res);
    const failed = (thrown: unknown): void => refuse(deps, http, SpillwayError.from(thrown));
    try {
      void serve(http)?.then((served) => served && end(deps, http, served), failed);
    } catch (thrown) {
      failed(thrown);
    }
  };
};

const end = (deps: GatewayDeps, http: HttpCall, served: Served): void => {
  try {
    logServed(deps, http, served);
    over(deps, http);
  } catch (thrown) {
    refuse(deps, http, SpillwayError.from(thrown));
  }
};

const refuse = (deps: GatewayDeps, http: HttpCall, error: SpillwayError): void => {
  recordRefused(deps, http, error);
  sendError(deps, http, error);
  if (!http.path.startsWith(OWN_PATHS)) over(deps, http, error);
  logFailed(deps, http, error);
};

/** Some clients look first whether anybody is there. */
const isProbe = ({ req, path }: HttpCall): boolean => req.method === 'HEAD' && path === '/';

const NO_BYTES = Buffer.alloc(0);

/** What decides whether somebody may enter. */
export const knockOfRequest = (
  req: IncomingMessage,
  { entrance }: Pick<GatewaySettings, 'entrance'>,
): Parameters<Authenticate>[0] => ({
  headers: req.headers,
  address: addressOf(req, entrance),
  path: pathOf(req),
});

/** What one caller may know of all others, only those may who see everything. */
const enter = (http: HttpCall, caller: Caller, { access }: Route): void => {
  http.caller = caller.word;
  if (!caller.pass) return;
  http.pass = caller.pass;
  if (access !== 'key' && !seesAll(principalOf(caller)))
    throw new SpillwayError('forbidden', 'Only a proxy admin or viewer may see this.');
};

/** The same with a key that stands in the address, where a route takes it from there: one in a header says more. */
const knockAt = (
  { settings }: GatewayDeps,
  { req }: HttpCall,
  { keyParam }: Route,
): Parameters<Authenticate>[0] => {
  const knock = knockOfRequest(req, settings);
  const query = keyParam === undefined ? undefined : req.url?.split('?')[1];
  const key = keyParam && query ? new URLSearchParams(query).get(keyParam) : null;
  return key ? { ...knock, headers: { 'x-goog-api-key': key, ...req.headers } } : knock;
};

/** What is asked of ourselves is no request in this sense. */
const OWN_PATHS = '/spillway/';

/** Tells of a request to a model, or of one that meant to be one. */
const over = (deps: GatewayDeps, http: HttpCall, error?: SpillwayError): void => {
  const { progress, call } = http;
  let { decision } = progress;
  if (!decision) {
    if (!error) return;
    decision = refusedDecision(deps, http);
    decision.failed(error, deps.clock.now());
  }
  deps.log.debug({ decision }, 'decided');
  deps.over(call ? { decision, call } : { decision });
};

/** Of one that was refused before a group was found. */
const refusedDecision = (
  { settings: { policy } }: GatewayDeps,
  { call, id, arrivedAt, wallMs, caller, pass }: HttpCall,
): DecisionBuilder =>
  new DecisionBuilder(id, '', {
    policy,
    arrivedMs: arrivedAt,
    wallMs,
    tenant: call?.tenant ?? { key: caller, user: '' },
    asked: call && askedModel(call, pass),
  });

const nothingHere = (): SpillwayError =>
  new SpillwayError(
    'not_found',
    'There is nothing at this path. Models answer at /v1/chat/completions, /v1/messages and /v1/embeddings.',
  );

const findRoute = (http: HttpCall): Route | undefined => {
  const found = routes.find(http.path);
  if (!found) {
    const dialect = dialectBelow(http.path);
    if (dialect) http.dialect = dialect;
    return undefined;
  }
  const route = found.routes.find(({ method }) => method === http.req.method);
  http.params = found.params;
  const { dialect } = route ?? found.routes[0]!;
  if (dialect) http.dialect = dialect;
  if (route) return route;
  const methods = found.routes.map(({ method }) => method).join(', ');
  http.res.setHeader('allow', methods);
  throw new SpillwayError('method_not_allowed', `This path takes ${methods} only.`);
};

const line = (deps: GatewayDeps, http: HttpCall) => {
  const { req, path, id, arrivedAt } = http;
  return { id, method: req.method, path, ms: Math.round(deps.clock.now() - arrivedAt) };
};

const logServed = (deps: GatewayDeps, http: HttpCall, { decision, pieces }: Served): void => {
  // Probes come every few seconds and say nothing.
  if (!decision) return deps.log.debug(line(deps, http), 'answered');
  const last = decision.tries.at(-1);
  deps.log.info(
    {
      id: http.id,
      method: http.req.method,
      path: http.path,
      ms: Math.round(decision.totalMs),
      group: decision.group,
      fallback: decision.fallback,
      deployment: last?.deployment,
      outcome: last?.outcome,
      attempts: decision.attempts,
      queueMs: Math.round(decision.queueMs),
      tokensIn: decision.tokensIn,
      tokensOut: decision.tokensOut,
      usageEstimated: decision.usageEstimated,
      costNanos: decision.costNanos,
      pieces,
    },
    'answered',
  );
};

const logFailed = (deps: GatewayDeps, http: HttpCall, error: SpillwayError): void => {
  const fields = { ...line(deps, http), status: error.status, code: error.code };
  if (error.code === 'internal')
    deps.log.error({ ...fields, cause: String(error.cause) }, 'failed inside Spillway');
  else deps.log.info(fields, `refused: ${error.message}`);
};
