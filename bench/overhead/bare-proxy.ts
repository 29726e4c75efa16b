/**
 * The baseline: the least that a proxy on `node:http` and undici can do. It reads the body, swaps
 * the key, forwards, and pipes the reply with back-pressure.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent } from 'undici';
import type { Dispatcher } from 'undici';

const [origin, key] = process.argv.slice(2);
if (origin === undefined || key === undefined) throw new Error('usage: bare-proxy.ts ORIGIN KEY');

const agent = new Agent({ allowH2: false, headersTimeout: 0, bodyTimeout: 0 });

/** They describe one connection, not the message. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding']);

const forward = (request: IncomingMessage, response: ServerResponse, body: Buffer): void => {
  let controller: Dispatcher.DispatchController | undefined;
  response.on('drain', () => controller?.resume());
  response.on('close', () => {
    if (!response.writableFinished) controller?.abort(new Error('the client left'));
  });
  const options: Dispatcher.DispatchOptions = {
    origin,
    path: request.url ?? '/',
    method: request.method ?? 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body,
  };
  agent.dispatch(options, {
    onRequestStart(started) {
      controller = started;
      if (response.destroyed) started.abort(new Error('the client left'));
    },
    onResponseStart(_, status, headers) {
      const kept: (string | string[])[] = [];
      for (const name in headers) {
        const value = headers[name];
        if (value !== undefined && !HOP_BY_HOP.has(name)) kept.push(name, value);
      }
      response.writeHead(status, kept);
    },
    onResponseData(started, chunk) {
      if (!response.write(chunk)) started.pause();
    },
    onResponseEnd: () => response.end(),
    onResponseError() {
      if (response.headersSent) response.destroy();
      else response.writeHead(502).end();
    },
  });
};

const server = createServer((request, response) => {
  const pieces: Buffer[] = [];
  request.on('data', (piece: Buffer) => pieces.push(piece));
  request.on('end', () => forward(request, response, Buffer.concat(pieces)));
});

server.listen(0, '127.0.0.1', () => {
  console.log(`ready http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
