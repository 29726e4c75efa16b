import {
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
  createServer,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { JsonObject } from '#core/json.ts';

export interface SeenCall {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: JsonObject;
  /** Resolves when the gateway has cut this call off. */
  readonly cutOff: Promise<void>;
}

export type Script = (call: SeenCall, res: ServerResponse) => void | Promise<void>;

export interface ScriptedUpstream {
  readonly url: string;
  readonly calls: SeenCall[];
  script: Script;
  close(): Promise<void>;
}

/** A real HTTP server that answers as a test says, and remembers what it was asked. */
export const startUpstream = async (script: Script): Promise<ScriptedUpstream> => {
  const sockets = new Set<Socket>();
  const upstream: Omit<ScriptedUpstream, 'url' | 'close'> = { calls: [], script };
  const serve: (req: IncomingMessage, res: ServerResponse) => Promise<void> = async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const { promise: cutOff, resolve } = Promise.withResolvers<void>();
    res.once('close', () => !res.writableFinished && resolve());
    const body = bodyOf(Buffer.concat(chunks).toString(), req.headers['content-type']);
    const call = { path: req.url ?? '', headers: req.headers, body, cutOff };
    upstream.calls.push(call);
    await upstream.script(call, res);
  };
  const server = createServer((req, res) => void serve(req, res));
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(upstream, {
    url: `http://127.0.0.1:${port}/v1`,
    close: () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  });
};

/** The fields of a form, or JSON. */
const bodyOf = (text: string, type = ''): JsonObject =>
  type.startsWith('application/x-www-form-urlencoded')
    ? Object.fromEntries(new URLSearchParams(text))
    : (JSON.parse(text || '{}') as JsonObject);

export const chunk = (delta: JsonObject, more: JsonObject = {}): string =>
  JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'gpt-4.1',
    choices: [{ index: 0, delta, finish_reason: null, ...more }],
  });

export const USAGE = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 };

const usageChunk = JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'gpt-4.1',
  choices: [],
  usage: USAGE,
});

/** A short complete stream: role, two words, finish, usage, end mark. */
export const STREAM: readonly string[] = [
  chunk({ role: 'assistant', content: '' }),
  chunk({ content: 'Hello' }),
  chunk({ content: ' world' }),
  chunk({}, { finish_reason: 'stop' }),
  usageChunk,
  '[DONE]',
];

export const sendEvents = (res: ServerResponse, events: readonly string[]): void => {
  if (!res.headersSent) res.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const event of events) res.write(`data: ${event}\n\n`);
};

const sendStream: Script = (_, res) => {
  sendEvents(res, STREAM);
  res.end();
};

export const WHOLE = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-4.1-2025-04-14',
  choices: [
    { index: 0, message: { role: 'assistant', content: 'Hello world' }, finish_reason: 'stop' },
  ],
  usage: USAGE,
  vendor_extra: { kept: true },
};

export const sendJson = (res: ServerResponse, status: number, body: unknown): void => {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};

/** Streams or not, as the request asks. */
export const answer: Script = (call, res) =>
  call.body['stream'] === true ? sendStream(call, res) : sendJson(res, 200, WHOLE);
