import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type IncomingMessage, type ServerResponse, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { mostConnections } from '#server/file-limit.ts';
import { closedAfterEach } from '../kit/closing.ts';
import { inCheckout } from '../kit/files.ts';
import { MASTER_KEY, configOf, deployment, startGateway } from '../kit/gateway.ts';
import { STREAM, chunk, sendEvents, startUpstream } from '../kit/upstream.ts';

const MEBIBYTE = 1024 * 1024;
/** Far more than all sockets on the way can hold. */
const EVENTS = 1_000;
const EVENT = chunk({ content: 'x'.repeat(65_536) });
const ALL_BYTES = EVENTS * EVENT.length;
/** Nothing has moved for so long: it stands still, ms. */
const STILL_MS = 1_200;
/** A reader who does not read is no silent upstream: shorter than the stand-still on purpose, ms. */
const BETWEEN_CHUNKS_MS = 1_000;

const closing = closedAfterEach();

/** Writes the events as fast as they are taken, then a stream's usual end. */
const pour = async (res: ServerResponse, poured: () => void): Promise<void> => {
  sendEvents(res, STREAM.slice(0, 2));
  for (let i = 0; i < EVENTS; i++) {
    const isTaken = res.write(`data: ${EVENT}\n\n`);
    poured();
    if (!isTaken) await once(res, 'drain');
  }
  sendEvents(res, STREAM.slice(3));
  res.end();
};

const askForStream = (url: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${MASTER_KEY}` };
    const asking = request(`${url}/v1/chat/completions`, { method: 'POST', headers }, resolve);
    asking.once('error', reject);
    asking.end(JSON.stringify({ model: 'gpt-4.1', messages: [], stream: true }));
  });

test('36 79 a reader who stops reading stops the upstream, costs no memory, and misses nothing', async () => {
  const buffersBefore = process.memoryUsage().arrayBuffers;
  let poured = 0;
  const upstream = await startUpstream((_, res) => pour(res, () => poured++));
  closing.push(() => upstream.close());
  const gateway = await startGateway(
    configOf([deployment('PJ1', upstream.url)], {
      timeouts: { connectMs: 2_000, firstByteMs: 5_000, betweenChunksMs: BETWEEN_CHUNKS_MS },
    }),
  );
  closing.push(() => gateway.close());

  // Nobody listens to its data: it reads nothing.
  const reply = await askForStream(gateway.url);
  let before = -1;
  while (poured > before) {
    before = poured;
    await new Promise((resolve) => setTimeout(resolve, STILL_MS));
  }
  // Sockets on the way hold some MB each, and the gateway next to nothing.
  expect(poured * EVENT.length).toBeLessThan(ALL_BYTES / 2);
  const grownBytes = process.memoryUsage().arrayBuffers - buffersBefore;
  expect(grownBytes).toBeLessThan(16 * MEBIBYTE);

  let bytes = 0;
  let end = '';
  for await (const piece of reply as AsyncIterable<Buffer>) {
    bytes += piece.length;
    end = (end + piece.toString('latin1')).slice(-64);
  }
  expect(poured).toBe(EVENTS);
  expect(bytes).toBeGreaterThan(ALL_BYTES);
  expect(end).toMatch(/data: \[DONE\]\n\n$/);
});

const THOUSAND = 1_000;
/** What one stream may stand in at most, bytes. */
const HIGH_WATER_BYTES = 256 * 1024;

/** Runs what follows in a network of its own, where sockets hold 16 KB: a thousand streams would fill the machine's. */
const inSmallNetwork = (command: string): readonly string[] => {
  const sizes = ['wmem', 'rmem'].map((name) => `/proc/sys/net/ipv4/tcp_${name}`);
  const narrow = sizes.map((file) => `echo "4096 16384 16384" > ${file}`);
  return ['-rn', 'sh', '-c', ['ip link set lo mtu 1500 up', ...narrow, command].join(' && ')];
};

const hasNetworks =
  mostConnections() > THOUSAND + 100 && spawnSync('unshare', inSmallNetwork('true')).status === 0;

test.skipIf(!hasNetworks)(
  '79 a thousand readers who stop reading stop their upstreams (skipped where no network of its own can be had)',
  { timeout: 60_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'spillway-readers-'));
    closing.push(async () => rmSync(folder, { recursive: true }));
    const program = inCheckout('test/faults/thousand-readers.ts');
    const parts = [process.execPath, '--conditions=source', program, folder, String(THOUSAND)];
    const { stdout } = await promisify(execFile)(
      'unshare',
      inSmallNetwork(`exec ${parts.map((part) => `'${part}'`).join(' ')}`),
      { timeout: 55_000, env: { PATH: process.env['PATH'] } },
    );
    const told = JSON.parse(stdout) as Record<string, number>;
    expect(told).toMatchObject({ streams: THOUSAND, readBytes: 0, readOn: 50, whole: 50 });
    const { askedBytes, pouredBytes, socketBytes, grownBytes } = told as {
      [Name in 'askedBytes' | 'pouredBytes' | 'socketBytes' | 'grownBytes']: number;
    };
    const most = THOUSAND * HIGH_WATER_BYTES;
    expect(askedBytes).toBeGreaterThan(3 * most);
    // What is neither with the vendor nor in sockets is with the gateway.
    expect(pouredBytes - socketBytes).toBeLessThan(most);
    // A stream is more than what it holds back: its two connections, its record.
    expect(grownBytes).toBeLessThan(2 * most);
  },
);
