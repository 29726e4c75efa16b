/**
 * Vendors of two dialects, a process of its own. It answers from prepared bytes, each message of a
 * stream a write of its own, `gapMs` after the one before (0: the next turn of the event loop). The
 * parent sets the gap with `{gapMs}` over IPC.
 */
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { MessageReader } from '../overhead/http1.ts';
import { VENDORS, streamOf } from './traffic.ts';

let gapMs = 0;

const HEAD =
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n' +
  'cache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n';

/** The head goes out with the first message, the end with the last. */
const writesOf = (messages: readonly string[]): Buffer[] =>
  messages.map((message, i) => {
    const framed = `${Buffer.byteLength(message).toString(16)}\r\n${message}\r\n`;
    return Buffer.from(
      `${i === 0 ? HEAD : ''}${framed}${i === messages.length - 1 ? '0\r\n\r\n' : ''}`,
    );
  });

const STREAMS = new Map(
  VENDORS.map((vendor) => [`POST ${vendor.path} HTTP/1.1`, writesOf(streamOf(vendor))]),
);

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

const server = createServer({ noDelay: true }, (socket) => {
  let startLine = '';
  const reader = new MessageReader({
    head: (text) => (startLine = text),
    body: () => {},
    end() {
      const writes = STREAMS.get(startLine);
      if (writes) stream(socket, writes);
      else socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n');
    },
  });
  socket.on('error', () => socket.destroy());
  socket.on('data', (bytes: Buffer) => reader.push(bytes));
});

process.on('message', (message: { readonly gapMs: number }) => {
  gapMs = message.gapMs;
});
process.on('disconnect', () => process.exit(0));
server.listen(0, '127.0.0.1', 4_096, () => {
  console.log(`ready http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
