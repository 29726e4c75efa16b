import { type Dispatcher, Pool } from 'undici';
import type { Clock } from '#core/clock.ts';
import { type Connect, direct, inTime, proxyAuthorization, tunnelled } from '#upstream/connect.ts';
import { type ProxySettings, chooseProxies } from '#upstream/proxies.ts';
import { type TlsOptions, tlsTrust } from '#upstream/trust.ts';

export interface AgentOptions {
  readonly clock: Clock;
  /** TCP, the way through a proxy and TLS together, ms. */
  readonly connectMs: number;
  readonly tls: TlsOptions;
  readonly proxy: ProxySettings;
}

export interface AgentRequest {
  readonly origin: string;
  readonly path: string;
  readonly method: 'POST';
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Takes requests to one origin: undici's dispatcher, as far as it is needed. */
export interface Agent {
  dispatch(request: AgentRequest, handler: Dispatcher.DispatchHandler): boolean;
  destroy(): Promise<void>;
}

/** Sockets by origin. `HTTP/1.1` only: a shared HTTP/2 session serialises streams that should run apart. */
export interface Agents {
  /** `origin` comes from the config only, so their number is bounded by it. */
  of(origin: string): Agent;
  close(): Promise<void>;
}

/** Every timer of the client is off, but the one that closes idle sockets: the caller's clock keeps time. */
const POOL: Pool.Options = {
  allowH2: false,
  pipelining: 1,
  headersTimeout: 0,
  bodyTimeout: 0,
  keepAliveTimeout: 30_000,
  maxHeaderSize: 32_768,
};

/** Throws SpillwayError `config_invalid` when the CA file or a proxy's URL cannot be used. */
export const createAgents = ({ clock, connectMs, tls, proxy }: AgentOptions): Agents => {
  const trust = tlsTrust(tls);
  const proxyOf = chooseProxies(proxy);
  const pool = (origin: string, connect: Connect): Pool =>
    new Pool(origin, { ...POOL, connect: inTime(connect, { clock, connectMs }) });
  const open = (origin: string): Agent => {
    const url = new URL(origin);
    const via = proxyOf(url);
    if (!via) return pool(origin, direct(trust));
    if (url.protocol === 'https:') return pool(origin, tunnelled(via, trust));
    return forwarding(url, { via, pool: pool(via.origin, direct(trust)) });
  };
  const agents = new Map<string, Agent>();
  return {
    of(origin) {
      const agent = agents.get(origin) ?? open(origin);
      agents.set(origin, agent);
      return agent;
    },
    async close() {
      await Promise.all([...agents.values()].map((agent) => agent.destroy()));
    },
  };
};

/** Plain HTTP is not tunnelled: the proxy reads the whole URL and sends the request on. */
const forwarding = ({ origin, host }: URL, { via, pool }: { via: URL; pool: Pool }): Agent => {
  const more = { host, ...proxyAuthorization(via) };
  return {
    dispatch(request, handler) {
      const headers = { ...request.headers, ...more };
      const path = origin + request.path;
      return pool.dispatch({ ...request, origin: via.origin, path, headers }, handler);
    },
    destroy: () => pool.destroy(),
  };
};
