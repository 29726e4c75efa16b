import type { Dispatcher } from 'undici';
import type { Clock } from '#core/clock.ts';
import { type Connect, direct, inTime, proxyAuthorization, tunnelled } from '#upstream/connect.ts';
import { Connections } from '#upstream/connections.ts';
import { type ProxySettings, chooseProxies } from '#upstream/proxies.ts';
import { type ResolveOptions, rememberingLookup } from '#upstream/resolve.ts';
import { type TlsOptions, tlsTrust } from '#upstream/trust.ts';

export interface AgentOptions {
  readonly clock: Clock;
  /** TCP, the way through a proxy and TLS together, ms. */
  readonly connectMs: number;
  readonly tls: TlsOptions;
  readonly proxy: ProxySettings;
  /**
   * Whether a vendor's name may lead to an address; absent where every one may. Behind a proxy it is the
   * proxy that looks names up.
   */
  readonly mayReach?: ResolveOptions['mayReach'];
}

export interface AgentRequest {
  readonly origin: string;
  readonly path: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly headers: Record<string, string>;
  readonly body?: string | null;
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

/** Throws SpillwayError `config_invalid` when the CA file or a proxy's URL cannot be used. */
export const createAgents = (options: AgentOptions): Agents => {
  const { clock, connectMs, tls, proxy, mayReach = () => true } = options;
  const lookup = rememberingLookup({ clock, mayReach });
  const trust = tlsTrust(tls);
  const proxyOf = chooseProxies(proxy);
  const connections = (origin: string, connect: Connect): Connections =>
    new Connections(origin, inTime(connect, { clock, connectMs }));
  const open = (origin: string): Agent => {
    const url = new URL(origin);
    const via = proxyOf(url);
    if (!via) return connections(origin, direct(trust, lookup));
    if (url.protocol === 'https:') return connections(origin, tunnelled(via, trust));
    return forwarding(url, via, connections(via.origin, direct(trust)));
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
const forwarding = ({ origin, host }: URL, via: URL, proxy: Connections): Agent => {
  const more = { host, ...proxyAuthorization(via) };
  return {
    dispatch(request, handler) {
      const headers = { ...request.headers, ...more };
      const path = origin + request.path;
      return proxy.dispatch({ ...request, origin: via.origin, path, headers }, handler);
    },
    destroy: () => proxy.destroy(),
  };
};
