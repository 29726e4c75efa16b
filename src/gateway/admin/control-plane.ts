import type { IncomingMessage } from 'node:http';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { SpillwayError } from '#core/errors.ts';
import type { JsonObject } from '#core/json.ts';
import { isDeeper } from '#core/json-depth.ts';
import { z } from '#core/schema.ts';
import type { GatewayDeps } from '#gateway/call.ts';
import { mayCall } from '#gateway/admin/access.ts';
import type { AnyControlRoute } from '#gateway/admin/control-route.ts';
import { ERROR_HEADER, errorEnvelope } from '#gateway/error-envelope.ts';
import type { HttpCall } from '#gateway/http-call.ts';
import { NOBODY, type Principal } from '#keys/principal.ts';

/** What is written down about keys and people is small, bytes. */
const BODY_BYTES = 1_048_576;

export interface ControlDeps {
  readonly gateway: Pick<GatewayDeps, 'log' | 'clock' | 'settings'>;
  /** Who may enter at this path, as it was understood. Throws SpillwayError `unauthorized`. */
  readonly identify: (req: IncomingMessage, path: string) => Principal;
}

/** All that is no request to a model: how the gateway is looked at and changed. */
export interface ControlPlane {
  /** Answers whatever is asked, with 404 where nothing is. */
  serve(http: HttpCall): Promise<void>;
  /** For tests and documents: every route there is. */
  readonly routes: readonly AnyControlRoute[];
}

interface Env {
  Bindings: HttpBindings;
  Variables: { principal: Principal };
}

const DOCUMENT = '/openapi.json';

export const createControlPlane = (
  deps: ControlDeps,
  routes: readonly AnyControlRoute[],
): ControlPlane => {
  const calls = new WeakMap<IncomingMessage, HttpCall>();
  const callOf = (c: Context<Env>): HttpCall => calls.get(c.env.incoming)!;
  const app = new OpenAPIHono<Env>({
    defaultHook: (result, c) =>
      result.success ? undefined : c.json(invalid(result.error, result.target), 422),
  });
  app.onError((thrown, c) => refused(deps, callOf(c), thrown));
  app.notFound((c) => refused(deps, callOf(c), nothingHere(routes, callOf(c).path)));
  for (const route of routes) {
    // Who asks is known before anything is read.
    app.on(route.method, [pathOf(route)], async (c, next) => {
      const principal = route.access === 'public' ? NOBODY : admitted(deps, route, c);
      c.set('principal', principal);
      if (route.body) checkType(c.env.incoming);
      checkLength(c.env.incoming, route.limitBytes ?? BODY_BYTES);
      await next();
    });
    app.openapi(describe(route), async (c) => {
      const valid = (from: 'json' | 'query'): never => c.req.valid(from as never);
      if (route.body) checkDepth(valid('json'), deps.gateway.settings.limits.jsonDepth);
      const answer = await route.serve({
        body: route.body ? valid('json') : (undefined as never),
        query: route.query ? valid('query') : (undefined as never),
        params: c.req.param(),
        principal: c.get('principal'),
        http: callOf(c),
      });
      return (answer instanceof Response ? answer : c.json(answer as JsonObject)) as never;
    });
  }
  app.get(DOCUMENT, (c) => c.json(document(app, deps.gateway.settings.version)));
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  return {
    routes,
    serve(http) {
      calls.set(http.req, http);
      return listener(http.req, http.res);
    },
  };
};

const admitted = (
  { identify }: ControlDeps,
  route: AnyControlRoute,
  c: Context<Env>,
): Principal => {
  // What a key opens is asked of the path that was found, however it was written: `/%6bey/generate`.
  const principal = identify(c.env.incoming, c.req.path);
  if (mayCall(principal, route.access)) return principal;
  throw new SpillwayError(
    'forbidden',
    `Only ${route.access === 'admin' ? 'a proxy admin' : 'a proxy admin or viewer'} may do this. Route=${route.path}, your role=${principal.role}.`,
  );
};

/** A body of another type would be taken for none, and what it says left out without a word. */
const checkType = ({ headers }: IncomingMessage): void => {
  const isEmpty = headers['content-length'] === '0' || !hasBody(headers);
  if (isEmpty || /^application\/(?:[\w.+-]+\+)?json\b/i.test(headers['content-type'] ?? '')) return;
  throw new SpillwayError(
    'invalid_request',
    'Send the fields as JSON, with the header `content-type: application/json`.',
    { status: 415, param: 'content-type' },
  );
};

/** What is written down is written as JSON again, and read by whoever looks at it. */
const checkDepth = (body: unknown, most: number): void => {
  if (!isDeeper(body, most)) return;
  throw new SpillwayError(
    'invalid_json',
    `Invalid JSON payload: arrays and objects may be nested ${most} deep at most.`,
    { param: 'request_body' },
  );
};

/** A request without either header has no body, and nothing that could be counted. */
const checkLength = ({ headers }: IncomingMessage, limitBytes: number): void => {
  const length = headers['content-length'];
  if (length === undefined && headers['transfer-encoding'] !== undefined) throw noLength();
  if (Number(length ?? 0) > limitBytes) throw tooLarge(limitBytes);
};

const hasBody = (headers: IncomingMessage['headers']): boolean =>
  headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;

const pathOf = ({ path }: AnyControlRoute): string => path.replaceAll(/\{(\w+)\}/g, ':$1');

const describe = ({ method, path, summary, body, query, reply, access }: AnyControlRoute) =>
  createRoute({
    method,
    path,
    summary,
    ...(access !== 'public' && { security: [{ key: [] }] }),
    request: {
      ...(query && { query: query as never }),
      ...(body && {
        body: { required: true, content: { 'application/json': { schema: body } } },
      }),
    },
    responses: {
      200: {
        description: 'As asked.',
        content: { 'application/json': { schema: reply ?? z.looseObject({}) } },
      },
    },
  });

const document = (app: OpenAPIHono<Env>, version: string): object => {
  const text = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Spillway', version },
  });
  return {
    ...text,
    components: {
      ...text.components,
      securitySchemes: { key: { type: 'http', scheme: 'bearer' } },
    },
  };
};

/** The form in which LiteLLM's framework tells of fields that do not fit. */
const invalid = (error: z.ZodError, place: string): JsonObject => ({
  detail: error.issues.map(({ path, message, code }) => ({
    loc: [place === 'json' ? 'body' : place, ...path.map(String)],
    msg: message,
    type: code,
  })),
});

/** The same of a body that cannot be read at all. */
const NO_JSON = {
  detail: [{ loc: ['body'], msg: 'The body must be a JSON object.', type: 'json_invalid' }],
};

const refused = (
  { gateway }: ControlDeps,
  { id, req, path }: HttpCall,
  thrown: unknown,
): Response => {
  if (thrown instanceof HTTPException && thrown.status < 500)
    return Response.json(NO_JSON, { status: 422, headers: { 'x-litellm-call-id': id } });
  const error = SpillwayError.from(thrown);
  const fields = { id, method: req.method ?? '', path, status: error.status, code: error.code };
  if (error.code === 'internal')
    gateway.log.error({ ...fields, cause: String(error.cause) }, 'failed inside Spillway');
  else gateway.log.info(fields, `refused: ${error.message}`);
  const { retryAfterMs } = error;
  return Response.json(errorEnvelope(error, id), {
    status: error.status,
    headers: {
      'x-litellm-call-id': id,
      [ERROR_HEADER]: error.code,
      ...(retryAfterMs !== undefined && { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) }),
    },
  });
};

/** Nobody has the path, or not with this method. */
const nothingHere = (routes: readonly AnyControlRoute[], asked: string): SpillwayError => {
  const parts = asked.split('/');
  const methods = routes.filter(({ path }) => fits(path.split('/'), parts)).map(methodOf);
  if (methods.length > 0)
    return new SpillwayError(
      'method_not_allowed',
      `This path takes ${[...new Set(methods)].join(', ')} only.`,
    );
  return new SpillwayError(
    'not_found',
    `There is nothing at this path. Models answer at /v1/chat/completions and /v1/embeddings; ${DOCUMENT} lists the rest.`,
  );
};

const methodOf = ({ method }: AnyControlRoute): string => method.toUpperCase();

const fits = (pattern: readonly string[], parts: readonly string[]): boolean =>
  pattern.length === parts.length &&
  pattern.every((one, i) => one.startsWith('{') || one === parts[i]);

const noLength = (): SpillwayError =>
  new SpillwayError('invalid_request', 'Say how long the body is: send a content-length.', {
    status: 411,
  });

const tooLarge = (limitBytes: number): SpillwayError =>
  new SpillwayError('too_large', `The request is larger than ${limitBytes} bytes; send less.`);
