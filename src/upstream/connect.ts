import { request as httpsRequest } from 'node:https';
import { type LookupFunction, type Socket, isIP } from 'node:net';
import { unescape } from 'node:querystring';
import type { buildConnector } from 'undici';
import type { Clock } from '#core/clock.ts';
import { ConnectError } from '#upstream/connect-error.ts';
import type { TlsTrust } from '#upstream/trust.ts';
import { undiciConnector } from '#upstream/undici.ts';

// Not imported, because that would load more than this: see server/http.ts.
const { request: httpRequest } = process.getBuiltinModule('node:http');

/** Opens a socket to `target` and tells `done` once; `signal` calls it off. */
export type Connect = (
  target: buildConnector.Options,
  done: buildConnector.Callback,
  signal: AbortSignal,
) => void;

/** What undici calls for a new socket: called off when it takes longer than `connectMs`. */
export const inTime =
  (connect: Connect, { clock, connectMs }: { clock: Clock; connectMs: number }) =>
  (target: buildConnector.Options, done: buildConnector.Callback): void => {
    const late = new AbortController();
    const cancel = clock.after(connectMs, () =>
      late.abort(new ConnectError('CONNECT_TIMEOUT', `No connection within ${connectMs} ms.`)),
    );
    const finish: buildConnector.Callback = (...result) => {
      cancel();
      done(...result);
    };
    connect(target, finish, late.signal);
  };

/** A peer that has vanished without a word is asked for a sign of life after so long, ms. */
const KEEP_ALIVE_MS = 30_000;

/** TCP, then TLS where the target asks for it. A socket that is open already is taken for its TCP. */
export const direct = (tls: TlsTrust, lookup?: LookupFunction): Connect => {
  const alive = { keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS };
  const how = { ...tls, ...alive, timeout: 0, allowH2: false, ...(lookup && { lookup }) };
  const connector = undiciConnector(how);
  return (target, done, signal) => {
    // undici returns the socket and does not say so in its types.
    const socket = connector(target, done) as unknown as Socket;
    signal.addEventListener('abort', () => socket.destroy(signal.reason as Error), { once: true });
  };
};

/** A tunnel through a proxy to a target that speaks TLS. */
export const tunnelled =
  (proxy: URL, tls: TlsTrust): Connect =>
  (target, done, signal) => {
    const inside = direct(tls);
    const path = `${target.hostname}:${target.port || '443'}`;
    const headers = { host: path, ...proxyAuthorization(proxy) };
    const request = proxy.protocol === 'https:' ? httpsRequest : httpRequest;
    // Node would take the Host header's name, the target's, for that of the proxy.
    const servername = isIP(proxy.hostname) === 0 ? proxy.hostname : '';
    const options = { ...tls, servername, method: 'CONNECT', path, headers, agent: false, signal };
    const fail = (why: string): void => done(new ConnectError('PROXY', why), null);
    request(proxy, options)
      .once('connect', ({ statusCode }, socket) => {
        if (statusCode === 200) return inside({ ...target, httpSocket: socket }, done, signal);
        socket.destroy();
        return fail(`status ${statusCode}`);
      })
      .once('error', (error: NodeJS.ErrnoException) => {
        if (signal.aborted) done(signal.reason as Error, null);
        else fail(error.code ?? 'no answer');
      })
      .end();
  };

/** The header by which a proxy knows its user; none where the proxy's URL names nobody. */
export const proxyAuthorization = ({ username, password }: URL): Record<string, string> => {
  if (username === '') return {};
  const user = [username, password].map((part) => unescape(part)).join(':');
  return { 'proxy-authorization': `Basic ${Buffer.from(user).toString('base64')}` };
};
