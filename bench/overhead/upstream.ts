/**
 * A minimal OpenAI-like upstream, a process of its own. It answers from prepared bytes, so that
 * the core it shares with the load generator never becomes the limit.
 *
 * Each chunk of a stream is a write of its own with `TCP_NODELAY`, `gapMs` after the one before
 * (0: the next turn of the event loop). The parent sets the gap with `{gapMs}` over IPC.
 */
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { MessageReader } from './http1.ts';
import { UPSTREAM_KEYS, WHOLE_REPLY, streamEvents } from './traffic.ts';

let gapMs = 0;

const whole = (status: string, body: string): Buffer =>
  Buffer.from(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\nx-request-id: req_bench\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );

const STREAM_HEAD =
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n' +
  'cache-control: no-cache\r\nx-request-id: req_bench\r\ntransfer-encoding: chunked\r\n\r\n';

/** The writes of one streamed reply: the head goes out with the first event, the end with the last. */
const streamWrites = (includeUsage: boolean): Buffer[] => {
  const events = streamEvents(includeUsage);
  return events.map((event, i) => {
    const framed = `${Buffer.byteLength(event).toString(16)}\r\n${event}\r\n`;
    const head = i === 0 ? STREAM_HEAD : '';
    const end = i === events.length - 1 ? '0\r\n\r\n' : '';
    return Buffer.from(head + framed + end);
  });
};

const OK = whole('200 OK', WHOLE_REPLY);
const UNAUTHORIZED = whole('401 Unauthorized', '{"error":{"message":"Incorrect API key"}}');
const NOT_FOUND = whole('404 Not Found', '{"error":{"message":"Invalid URL"}}');
const STREAM = streamWrites(false);
const STREAM_WITH_USAGE = streamWrites(true);

const stream = (socket: Socket, writes: readonly Buffer[]): void => {
  let next = 0;
  const step = (): void => {
    const bytes = writes[next++];
    if (bytes === undefined || socket.destroyed) return;
    socket.write(bytes);
    if (gapMs === 0) setImmediate(step);
    else setTimeout(step, gapMs);
  };
  step();
};

interface ChatBody {
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean } | null;
}

const answer = (socket: Socket, startLine: string, text: string): void => {
  if (startLine !== 'POST /v1/chat/completions HTTP/1.1') {
    socket.write(NOT_FOUND);
    return;
  }
  const body = JSON.parse(text) as ChatBody;
  if (body.stream !== true) socket.write(OK);
  else stream(socket, body.stream_options?.include_usage === true ? STREAM_WITH_USAGE : STREAM);
};

const KEY = new RegExp(`\r\nauthorization: Bearer (?:${UPSTREAM_KEYS.join('|')})(?:\r\n|$)`, 'i');

const server = createServer({ noDelay: true }, (socket) => {
  let startLine = '';
  let authorized = false;
  let body: Buffer[] = [];
  const reader = new MessageReader({
    head(text, head) {
      startLine = text;
      authorized = KEY.test(head);
      body = [];
    },
    body: (bytes) => body.push(bytes),
    end() {
      if (!authorized) socket.write(UNAUTHORIZED);
      else answer(socket, startLine, Buffer.concat(body).toString());
    },
  });
  socket.on('error', () => socket.destroy());
  socket.on('data', (bytes: Buffer) => {
    try {
      reader.push(bytes);
    } catch {
      socket.destroy();
    }
  });
});

process.on('message', (message: { readonly gapMs: number }) => {
  gapMs = message.gapMs;
});
// The benchmark went away without a word: so does its upstream.
process.on('disconnect', () => process.exit(0));
server.listen(0, '127.0.0.1', () => {
  console.log(`ready http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
