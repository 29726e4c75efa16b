import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import { dsl } from '#flow/test-kit.ts';
import { startApp } from '../kit/apps.ts';
import { closedAfterEach } from '../kit/closing.ts';

const closing = closedAfterEach();

const FLOW = dsl(
  {
    start: { type: 'start', variables: [{ variable: 'doc', type: 'file', label: 'doc' }] },
    answer: {
      type: 'answer',
      answer:
        '{{#start.doc.name#}} {{#start.doc.extension#}} {{#start.doc.mime_type#}} {{#start.doc.type#}} {{#start.doc.size#}}',
    },
  },
  ['start>answer'],
);

/** A server of files, the requests that it had, and an app that may reach it or not. */
const world = async (
  allow: string[],
  serve: (req: IncomingMessage, res: ServerResponse) => void,
) => {
  const seen: string[] = [];
  const server = createServer((req, res) => {
    seen.push(`${req.method} ${req.url}`);
    serve(req, res);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const app = await startApp(FLOW, { allow });
  closing.push(app.close);
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const described = async (path: string, type = 'document') => {
    const doc = { type, transfer_method: 'remote_url', url: `${base}${path}` };
    const body = { inputs: { doc }, query: 'x', user: 'u' };
    const reply = await app.call('POST', '/v1/chat-messages', { body });
    const { answer, message } = (await reply.json()) as JsonObject;
    return answer ?? message;
  };
  return { described, seen };
};

test('a file that is only an address is what its server says', async () => {
  const { described, seen } = await world(['127.0.0.1'], (req, res) => {
    const disposition = 'attachment; filename="Report 7.pdf"';
    if (req.url === '/moved') res.statusCode = 302;
    if (req.url === '/moved') res.setHeader('location', '/named');
    if (req.url === '/named') res.setHeader('content-disposition', disposition);
    if (req.url === '/named') res.setHeader('content-type', 'application/pdf');
    if (req.url === '/bare') res.setHeader('content-type', 'image/png');
    if (req.url === '/gone.txt') res.statusCode = 404;
    if (req.url === '/packed.txt') res.setHeader('content-encoding', 'gzip');
    res.setHeader('content-length', 1234);
    res.end();
  });
  expect(await described('/named')).toBe('Report 7.pdf .pdf application/pdf document 1234');
  expect(await described('/moved')).toBe('Report 7.pdf .pdf application/pdf document 1234');
  expect(await described('/bare', 'image')).toBe('bare.png .png image/png image 1234');
  expect(await described('/notes.md')).toBe('notes.md .md text/markdown document 1234');
  // What it does not say, the address does.
  expect(await described('/gone.txt')).toBe('gone.txt .txt text/plain document -1');
  expect(await described('/packed.txt')).toBe('packed.txt .txt text/plain document -1');
  // It is asked what they are and not for them.
  expect(seen.every((line) => line.startsWith('HEAD '))).toBe(true);
  // A picture by its server is none that may be called a sound.
  expect(await described('/bare', 'audio')).toContain('a file of the type image was called audio');
});

test('nobody is asked on a private network', async () => {
  const { described, seen } = await world([], (_, res) => void res.end());
  expect(await described('/notes.md')).toBe('notes.md .md text/markdown document -1');
  expect(seen).toEqual([]);
});
