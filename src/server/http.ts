import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { SpillwayError } from '#core/errors.ts';
import { newCallId } from '#core/ids.ts';
import { errorEnvelope } from '#gateway/error-envelope.ts';
import { Doorman, type DoorLimits } from '#server/doorman.ts';
import type { HttpHandler } from '#gateway/handle.ts';

// Whoever imports it reads all its exports, WebSocket among them, and for that Node loads a client of
// its own: 3 MB in every process, and time at every start.
const { createServer } = process.getBuiltinModule('node:http');

/** A client that is slow to say what it wants does not hold a socket for ever, ms. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 300_000;
/** Longer than load balancers keep theirs (60 s), so that it is never us who close first, ms. */
const KEEP_ALIVE_MS = 75_000;
/** How often both are looked at, ms. */
const LOOK_MS = 5_000;
const MAX_HEADER_BYTES = 32_768;
/** Who is refused may read why and close; longer it holds no file, ms. */
const LINGER_MS = 1_000;
/** How often connections that nobody uses any more are closed while it stops, ms. */
const SWEEP_MS = 50;

export interface Listener {
  readonly port: number;
  /** Where a person on this machine can reach it. */
  readonly url: string;
  /** Takes no more connections; resolves when the last answer has been given, or after `graceMs`. */
  close(graceMs: number): Promise<void>;
}

export interface ListenOptions {
  readonly port: number;
  readonly host: string;
  /** How many may come in; absent where anybody may. */
  readonly door?: DoorLimits;
}

/** Rejects with SpillwayError `unavailable` when the port cannot be had. */
export const listen = async (handler: HttpHandler, at: ListenOptions): Promise<Listener> => {
  const doorman = new Doorman(at.door ?? ANYBODY);
  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: LOOK_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
    },
    (req, res) => {
      if (!doorman.hasTurnedAway(req.socket)) handler(req, res);
    },
  );
  server.on('connection', (socket) => {
    const why = doorman.enters(socket);
    if (!why) return;
    refuse(socket, why);
    if (!doorman.hasPatience) socket.destroySoon();
  });
  server.on('clientError', refuseBrokenRequest);
  server.on('connect', (_, socket) => refuse(socket, NO_TUNNEL));
  // An expectation that nobody here knows is no reason to refuse what comes with it.
  server.on('checkExpectation', handler);
  await bind(server, at);
  const { port } = server.address() as AddressInfo;
  return { port, url: `http://${shownHost(at.host)}:${port}`, close: (ms) => close(server, ms) };
};

const ANYBODY: DoorLimits = { most: Infinity, mostPerAddress: Infinity, mostLeaving: Infinity };

const bind = (server: Server, { port, host }: ListenOptions): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(new SpillwayError('unavailable', whyNot(cause, { port, host }), { cause }));
    });
    server.listen(port, host, resolve);
  });

const whyNot = ({ code, message }: NodeJS.ErrnoException, at: ListenOptions): string => {
  if (code === 'EADDRINUSE')
    return (
      `Port ${at.port} is in use, most likely by another Spillway or LiteLLM. ` +
      'Stop that one, or choose another port with --port (0 picks a free one).'
    );
  if (code === 'EACCES')
    return `Port ${at.port} needs privileges; choose one above 1023 with --port.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `This machine has no address ${at.host}; choose another with --host.`;
  return `Cannot listen on ${at.host}:${at.port}: ${message}`;
};

const shownHost = (host: string): string => {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
};

const close = (server: Server, graceMs: number): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), graceMs);
    // A stream that began before has promised its connection to another request.
    const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
    server.close(() => {
      clearTimeout(timer);
      clearInterval(sweep);
      resolve();
    });
    server.closeIdleConnections();
  });

/** What is not HTTP, or too much of it, never becomes a request: it is answered on the bare socket. */
const refuseBrokenRequest = (cause: NodeJS.ErrnoException, socket: Socket): void => {
  if (cause.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  refuse(socket, brokenRequest(cause.code));
};

const refuse = (socket: Duplex, error: SpillwayError): void => {
  const body = JSON.stringify(errorEnvelope(error, newCallId()));
  socket.end(
    `HTTP/1.1 ${error.status} ${REASONS[error.status] ?? 'Bad Request'}\r\n` +
      'content-type: application/json\r\nconnection: close\r\n' +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(timer));
};

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  503: 'Service Unavailable',
  431: 'Request Header Fields Too Large',
};

const NO_TUNNEL = new SpillwayError(
  'method_not_allowed',
  'This is a gateway, not a proxy: send requests to its own paths, such as /v1/chat/completions.',
);

const brokenRequest = (code: string | undefined): SpillwayError => {
  if (code === 'HPE_HEADER_OVERFLOW')
    return new SpillwayError(
      'header_too_large',
      `The request's headers are larger than ${MAX_HEADER_BYTES} bytes; send less.`,
    );
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new SpillwayError('timeout', 'The request did not arrive in time; send it faster.');
  return new SpillwayError('invalid_request', 'This is not a valid HTTP/1.1 request.');
};
