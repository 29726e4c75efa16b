import { readFileSync } from 'node:fs';
import { type Dispatcher, EnvHttpProxyAgent, Pool, buildConnector } from 'undici';
import type { Clock } from '#core/clock.ts';
import { isLoopback } from '#core/hosts.ts';

export interface AgentOptions {
  readonly clock: Clock;
  /** TCP and TLS together, ms. */
  readonly connectMs: number;
  readonly tls: { readonly caFile?: string; readonly verify: boolean };
  /** As in the environment; absent where no proxy is set. */
  readonly proxy: { readonly http?: string; readonly https?: string; readonly no?: string };
}

/** Sockets by origin. `HTTP/1.1` only: a shared HTTP/2 session serialises streams that should run apart. */
export interface Agents {
  /** `origin` comes from the config only, so their number is bounded by it. */
  of(origin: string): Dispatcher;
  close(): Promise<void>;
}

const KEEP_ALIVE_MS = 30_000;
const MAX_HEADER_BYTES = 32_768;

/** Thrown by a socket that did not connect in time; undici hands it to the call unchanged. */
class ConnectTimeoutError extends Error {
  readonly code = 'CONNECT_TIMEOUT';
}

/**
 * Reads the CA file at once: throws when it cannot be read.
 * Every timer of the client is off; time is kept by the caller's clock alone.
 */
export const createAgents = (options: AgentOptions): Agents => {
  const shared = {
    allowH2: false,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
  } as const;
  const tls = {
    rejectUnauthorized: options.tls.verify,
    ...(options.tls.caFile !== undefined && { ca: readFileSync(options.tls.caFile) }),
  };
  const connect = timedConnector(options, tls);
  const pools = new Map<string, Dispatcher>();
  const { http = '', https = '', no = '' } = options.proxy;
  const proxied =
    http !== '' || https !== ''
      ? new EnvHttpProxyAgent({
          ...shared,
          httpProxy: http,
          httpsProxy: https,
          noProxy: no,
          requestTls: tls,
        })
      : undefined;
  return {
    of(origin) {
      // A proxy has its own view of "this machine": loopback is always reached directly.
      if (proxied && !isLoopback(new URL(origin).hostname)) return proxied;
      let pool = pools.get(origin);
      if (!pool) {
        pool = new Pool(origin, { ...shared, connect });
        pools.set(origin, pool);
      }
      return pool;
    },
    async close() {
      const all = [...pools.values(), ...(proxied ? [proxied] : [])];
      await Promise.all(all.map((dispatcher) => dispatcher.destroy()));
    },
  };
};

const timedConnector = (
  { clock, connectMs }: AgentOptions,
  tls: { rejectUnauthorized: boolean; ca?: Buffer },
): buildConnector.connector => {
  const connector = buildConnector({ ...tls, timeout: 0, allowH2: false });
  return (target, done) => {
    const cancel = clock.after(connectMs, () => {
      socket?.destroy(new ConnectTimeoutError(`No connection within ${connectMs} ms.`));
    });
    const socket = connector(target, (...result) => {
      cancel();
      done(...result);
    }) as unknown as { destroy(error: Error): void } | undefined;
  };
};
