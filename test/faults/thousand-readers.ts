import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { type Socket, connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inCheckout } from '../kit/files.ts';
import { STREAM, chunk, sendEvents, startUpstream } from '../kit/upstream.ts';

/**
 * A program for a network of its own, whose sockets hold little: a vendor that pours, the gateway as a
 * process of its own, and readers who read nothing. `FOLDER READERS` → one line of JSON: where the
 * bytes are once nothing moves any more, and what those readers hear who then read on.
 */
const [folder = '', many = '0'] = process.argv.slice(2);
const READERS = Number(many);
/** Of a stream: far more than it may stand in anything on its way. */
const EVENTS = 256;
const EVENT = chunk({ content: 'x'.repeat(4_096) });
/** Nothing has moved for so long: it stands still, ms. */
const STILL_MS = 1_500;
/** Readers who then read on to the end. */
const READ_ON = 50;

/** Of a process, bytes. */
const resident = (pid: number): number =>
  1024 * Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))![1]);

/** What the system holds of all connections here, either way, bytes. */
const inSockets = (): number =>
  [...readFileSync('/proc/net/tcp', 'latin1').matchAll(/ ([0-9A-F]{8}):([0-9A-F]{8}) /g)]
    .flatMap(([, sent, received]) => [sent!, received!])
    .reduce((sum, hex) => sum + Number.parseInt(hex, 16), 0);

const pours = new Set<Socket>();
/** What has left the vendor's process, bytes. */
const poured = (): number =>
  [...pours].reduce((sum, its) => sum + its.bytesWritten - its.writableLength, 0);

const pour = async (res: ServerResponse): Promise<void> => {
  pours.add(res.socket!);
  sendEvents(res, STREAM.slice(0, 2));
  for (let i = 0; i < EVENTS && !res.destroyed; i++)
    if (!res.write(`data: ${EVENT}\n\n`)) await once(res, 'drain').catch(() => {});
  sendEvents(res, STREAM.slice(3));
  res.end();
};

const startGateway = async (vendor: string): Promise<{ pid: number; port: number }> => {
  const config = join(folder, 'config.yaml');
  const params = `{model: openai/gpt-4.1, api_key: sk-1, api_base: "${vendor}"}`;
  writeFileSync(config, `model_list: [{model_name: gpt-4.1, litellm_params: ${params}}]\n`);
  const args = ['--conditions=source', inCheckout('bin/spillway'), 'serve', '-c', config];
  const child = spawn(process.execPath, [...args, '--port', '0', '--data-dir', folder], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  process.once('exit', () => child.kill('SIGKILL'));
  process.once('SIGTERM', () => process.exit(1));
  let said = '';
  for await (const piece of child.stdout as AsyncIterable<Buffer>) {
    said += piece.toString();
    const port = /^ready http:\/\/\S+:(\d+)$/m.exec(said)?.[1];
    if (port !== undefined) return { pid: child.pid!, port: Number(port) };
  }
  throw new Error(`the gateway ended: ${said}`);
};

/** Asks for a stream and reads nothing of it. */
const ask = (port: number): Socket => {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.on('error', () => {});
  socket.pause();
  const body = JSON.stringify({ model: 'gpt-4.1', messages: [], stream: true });
  socket.write(
    'POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nconnection: close\r\n' +
      `content-length: ${body.length}\r\n\r\n${body}`,
  );
  return socket;
};

/** Whether all of it comes, with its end. */
const isWhole = async (socket: Socket): Promise<boolean> => {
  let text = '';
  for await (const piece of socket as AsyncIterable<Buffer>) text += piece.toString('latin1');
  return text.split(EVENT).length - 1 === EVENTS && text.includes('data: [DONE]\n\n');
};

const upstream = await startUpstream((_, res) => pour(res));
const gateway = await startGateway(upstream.url);
const residentBefore = resident(gateway.pid);
const readers = Array.from({ length: READERS }, () => ask(gateway.port));
let before = -1;
while (pours.size < READERS || poured() > before) {
  before = poured();
  await sleep(STILL_MS);
}
const told = {
  streams: pours.size,
  askedBytes: READERS * EVENTS * EVENT.length,
  pouredBytes: poured(),
  socketBytes: inSockets(),
  readBytes: readers.reduce((sum, { bytesRead }) => sum + bytesRead, 0),
  grownBytes: resident(gateway.pid) - residentBefore,
};
const goOn = readers.slice(0, READ_ON);
for (const socket of readers.slice(READ_ON)) socket.destroy();
const whole = (await Promise.all(goOn.map(isWhole))).filter(Boolean).length;
console.log(JSON.stringify({ ...told, readOn: goOn.length, whole }));
process.exit();
