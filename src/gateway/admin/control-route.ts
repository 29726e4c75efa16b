import type { HttpCall } from '#gateway/http-call.ts';
import type { z } from '#core/schema.ts';
import type { Principal } from '#keys/principal.ts';

/**
 * Who may call a route: everybody; whoever has a key, where the route itself asks whose an object is;
 * who may see everything; who may change everything. A route that says nothing does not compile.
 */
export type Access = 'public' | 'key' | 'viewer' | 'admin';

export interface ControlCall<Body, Query> {
  readonly body: Body;
  readonly query: Query;
  /** What stands in the path's `{name}` places. */
  readonly params: Readonly<Record<string, string>>;
  /** Of a public route: nobody in particular. */
  readonly principal: Principal;
  readonly http: HttpCall;
}

/** One way to look at the gateway or to change it, in OpenAPI's words. */
export interface ControlRoute<Body = undefined, Query = undefined> {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** As OpenAPI writes it: `/key/{key}/regenerate`. */
  readonly path: string;
  readonly access: Access;
  /** One sentence for whoever reads the API. */
  readonly summary: string;
  readonly body?: z.ZodType<Body>;
  readonly query?: z.ZodType<Query>;
  /** More than that is refused; a mebibyte unless said. */
  readonly limitBytes?: number;
  /** What is answered with 200; anything unless said. */
  readonly reply?: z.ZodType;
  /** Its result is sent as JSON; a Response goes as it is. Throws SpillwayError. */
  serve(call: ControlCall<Body, Query>): unknown;
}

/** A route whose types its reader need not know. */
export type AnyControlRoute = ControlRoute<never, never>;

/** Keeps the types of body and query while a list of routes is written. */
export const controlRoute = <Body = undefined, Query = undefined>(
  route: ControlRoute<Body, Query>,
): AnyControlRoute => route as unknown as AnyControlRoute;
