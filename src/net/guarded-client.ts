import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import { isIP } from 'node:net';
import type { Agent } from 'undici';
import { SpillwayError } from '#core/errors.ts';
import type { Clock } from '#core/clock.ts';
import { lazily } from '#core/lazily.ts';
import type { AddressGuard } from '#net/address-guard.ts';
import { outgoingHeaders } from '#net/outgoing-headers.ts';
import { readLimited } from '#net/read-limited.ts';

export interface OutgoingRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** Time for all of it, redirects included, ms. */
  readonly timeoutMs: number;
  /** So much of the answer is read, bytes, counted when it is unpacked. */
  readonly limitBytes: number;
  /** Told of what is read, packed or not, while it is: throws where several together are too much. */
  readonly count?: (bytes: number) => void;
  /** False: the other side's certificate is not checked. */
  readonly verify?: boolean;
}

export interface IncomingReply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface GuardedClient {
  /** Throws SpillwayError `node_failed`, `too_large`, `timeout`, or the signal's reason. */
  fetch(request: OutgoingRequest, signal: AbortSignal): Promise<IncomingReply>;
  close(): Promise<void>;
}

export type Lookup = (
  host: string,
  done: (error: Error | null, addresses: readonly LookupAddress[]) => void,
) => void;

export interface GuardOptions {
  readonly guard: AddressGuard;
  readonly clock: Clock;
  /** Where an operator allows more, for who is denied; the apps' own place when left out. */
  readonly setting?: string;
  /** Names to addresses; the system's own when left out. */
  readonly lookup?: Lookup;
}

const CONNECT_MS = 10_000;
const MOST_REDIRECTS = 5;
const MOST_HEADER_BYTES = 65_536;

const bySystem: Lookup = (host, done) => systemLookup(host, { all: true }, done);

/** Loaded for the first who goes out this way: many a process never does. */
const undici = lazily(() => import('undici'));

/** The one way from a flow to the world: what it connects to is looked at before and after. */
export const createGuardedClient = (options: GuardOptions): GuardedClient => {
  const agents = new Map<boolean, Agent>();
  const agentFor = async (verify: boolean): Promise<Agent> => {
    const library = await undici();
    const agent = agents.get(verify) ?? createAgent(library, options, verify);
    agents.set(verify, agent);
    return agent;
  };
  return {
    fetch: async (request, signal) =>
      follow(options, await agentFor(request.verify !== false), { request, signal }),
    close: async () => {
      await Promise.all([...agents.values()].map((agent) => agent.close()));
    },
  };
};

const createAgent = (
  library: Awaited<ReturnType<typeof undici>>,
  { guard, lookup = bySystem, setting = APPS }: GuardOptions,
  verify: boolean,
): Agent => {
  const denied = (host: string): SpillwayError => deniedBy(setting, host);
  const connect = library.buildConnector({
    timeout: CONNECT_MS,
    allowH2: false,
    rejectUnauthorized: verify,
    lookup: (host, _, done) => {
      lookup(host, (error, found) => {
        // Nothing was found then, not even an empty list.
        if (error) return done(error, []);
        const fit = guard.isNamed(host)
          ? found
          : found.filter(({ address }) => guard.allows(address));
        return fit.length === 0 ? done(denied(host), []) : done(null, [...fit]);
      });
    },
  });
  return new library.Agent({
    allowH2: false,
    maxHeaderSize: MOST_HEADER_BYTES,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: (target, done) => {
      const host = target.hostname.replace(/^\[|\]$/g, '');
      const isNamed = guard.isNamed(host);
      // A literal address is looked up by nobody.
      if (isIP(host) !== 0 && !isNamed && !guard.allows(host)) return done(denied(host), null);
      connect(target, (error, socket) => {
        if (error || !socket) return done(error ?? new Error('There is no connection.'), null);
        const { remoteAddress = '' } = socket;
        if (isNamed || guard.allows(remoteAddress)) return done(null, socket);
        socket.destroy();
        return done(denied(host), null);
      });
    },
  });
};

const APPS = 'spillway_settings.apps.network.allow if flows';

const deniedBy = (setting: string, host: string): SpillwayError =>
  new SpillwayError(
    'node_failed',
    `${host.slice(0, 100)} is on a private network; name it under ${setting} may call it.`,
  );

interface Following {
  readonly request: OutgoingRequest;
  readonly signal: AbortSignal;
}

const follow = async (
  { clock }: GuardOptions,
  agent: Agent,
  { request, signal }: Following,
): Promise<IncomingReply> => {
  const late = new AbortController();
  const cancel = clock.after(request.timeoutMs, () => late.abort(tooLate(request.timeoutMs)));
  const both = AbortSignal.any([signal, late.signal]);
  try {
    let next: OutgoingRequest = {
      ...request,
      headers: outgoingHeaders(request.url, request.headers),
    };
    for (let hops = 0; ; hops++) {
      const reply = await sendOnce(agent, next, both);
      const to = redirectOf(reply, next);
      if (!to) return reply;
      if (hops === MOST_REDIRECTS)
        throw new SpillwayError('node_failed', `It redirects more than ${MOST_REDIRECTS} times.`);
      next = to;
    }
  } catch (thrown) {
    if (both.aborted) throw both.reason;
    throw readable(thrown);
  } finally {
    cancel();
  }
};

const tooLate = (ms: number): SpillwayError =>
  new SpillwayError('timeout', `The other side took longer than ${Math.round(ms / 1000)} s.`);

const sendOnce = async (
  agent: Agent,
  { method, url, headers, body, limitBytes, count }: OutgoingRequest,
  signal: AbortSignal,
): Promise<IncomingReply> => {
  const { request: send } = await undici();
  const reply = await send(url, {
    dispatcher: agent,
    method: method as 'GET',
    headers: { 'user-agent': 'spillway', 'accept-encoding': 'gzip, deflate, br', ...headers },
    body: body ?? null,
    signal,
  });
  const flat = Object.fromEntries(
    Object.entries(reply.headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
  const encoding = flat['content-encoding'];
  const bytes = await readLimited(reply.body, { limitBytes, encoding, ...(count && { count }) });
  return { status: reply.statusCode, headers: flat, body: bytes };
};

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** What authorises a request is for whom it was meant. */
const PRIVATE_HEADERS = /^cookie$|auth|key|token|secret|password|credential|session|signature/i;

const redirectOf = (
  { status, headers }: IncomingReply,
  request: OutgoingRequest,
): OutgoingRequest | undefined => {
  const { location } = headers;
  if (!REDIRECTS.has(status) || !location) return undefined;
  const from = new URL(request.url);
  const to = URL.parse(location, from);
  if (!to || !/^https?:$/.test(to.protocol))
    throw new SpillwayError('node_failed', 'It redirects to something that is not a web address.');
  const keepsMethod = status === 307 || status === 308 || /^(GET|HEAD)$/.test(request.method);
  const { body, ...rest } = request;
  const kept = Object.entries(request.headers).filter(
    ([name]) =>
      (to.origin === from.origin || !PRIVATE_HEADERS.test(name)) &&
      (keepsMethod || !/^content-/i.test(name)),
  );
  return {
    ...rest,
    url: to.href,
    headers: Object.fromEntries(kept),
    method: keepsMethod ? request.method : 'GET',
    ...(keepsMethod && body !== undefined && { body }),
  };
};

const WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'There is no host of that name.',
  EAI_AGAIN: 'The name of the host could not be looked up; try again.',
  ECONNREFUSED: 'The other side refused the connection.',
  ECONNRESET: 'The other side closed the connection.',
  UND_ERR_SOCKET: 'The other side closed the connection.',
  UND_ERR_INVALID_ARG: 'Its method, its address or one of its headers cannot be sent.',
  UND_ERR_CONNECT_TIMEOUT: `It could not be connected to within ${CONNECT_MS / 1000} s.`,
};

/** Never with the address: it may hold a key. */
const readable = (thrown: unknown): SpillwayError => {
  if (thrown instanceof SpillwayError) return thrown;
  const { code = '', cause } = thrown as { code?: string; cause?: unknown };
  if (cause instanceof SpillwayError) return cause;
  const word = WORDS[code] ?? (/CERT|SELF_SIGNED|VERIFY/.test(code) ? CERTIFICATE : undefined);
  return new SpillwayError('node_failed', word ?? 'The request could not be sent.', {
    cause: thrown,
  });
};

const CERTIFICATE = "The other side's certificate is not trusted.";
