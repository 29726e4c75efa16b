import { unescaped } from '#core/unescaped.ts';
import type { GatewayDeps } from '#gateway/call.ts';
import type { HttpCall } from '#gateway/http-call.ts';
import type { Served } from '#gateway/served.ts';
import type { ChatDialect } from '#wire/dialect.ts';

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /**
   * Who may call it: everybody, who has a key, who may see everything, or as the config says of
   * metrics. A route that says nothing does not compile.
   */
  readonly access: 'public' | 'key' | 'viewer' | 'metrics';
  /** Its callers': errors are told in it. */
  readonly dialect?: ChatDialect;
  /** What LiteLLM calls its requests among the records of spend; absent where none is written. */
  readonly callType?: string;
  /** The parameter of its address that may carry a key. */
  readonly keyParam?: string;
  readonly serve: (deps: GatewayDeps, http: HttpCall) => Promise<Served>;
}

export interface FoundRoute {
  /** Every method that the path takes. */
  readonly routes: readonly Route[];
  readonly params: Readonly<Record<string, string>>;
}

interface Pattern {
  readonly path: RegExp;
  readonly routes: Route[];
}

const NONE: Readonly<Record<string, string>> = {};
/** Longer paths are nobody's: what a pattern is compared with has a limit. */
const LONGEST_PATH = 2_000;

/**
 * Paths and who serves them. One without open places is found by one look-up; the others are compared
 * in their order, the first that fits holds.
 */
export class RouteTable {
  readonly #exact = new Map<string, FoundRoute & Pick<Pattern, 'routes'>>();
  readonly #patterns = new Map<string, Pattern>();

  constructor(routes: readonly (readonly [path: string, route: Route])[]) {
    for (const [path, route] of routes) this.#routesAt(path).push(route);
  }

  /** Undefined where there is nothing at this path. */
  find(path: string): FoundRoute | undefined {
    const exact = this.#exact.get(path);
    if (exact) return exact;
    if (path.length > LONGEST_PATH) return undefined;
    for (const pattern of this.#patterns.values()) {
      const params = pattern.path.exec(path)?.groups;
      if (params) return { routes: pattern.routes, params: decoded(params) };
    }
    return undefined;
  }

  #routesAt(path: string): Route[] {
    if (!path.includes('{')) {
      const found = this.#exact.get(path) ?? { routes: [], params: NONE };
      this.#exact.set(path, found);
      return found.routes;
    }
    const pattern = this.#patterns.get(path) ?? { path: patternOf(path), routes: [] };
    this.#patterns.set(path, pattern);
    return pattern.routes;
  }
}

/** A model's name may have slashes in it; everything else is one segment. */
const patternOf = (path: string): RegExp => {
  const source = path
    .replaceAll(/[.+*?^$()[\]\\|]/g, String.raw`\$&`)
    .replaceAll(/\{(\w+)\}/g, (_, name: string) =>
      name === 'model' ? '(?<model>.+?)' : `(?<${name}>[^/]+?)`,
    );
  return new RegExp(`^${source}$`);
};

const decoded = (params: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(params).map(([name, text]) => [name, unescaped(text)]));
