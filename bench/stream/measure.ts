/** What is measured of streams. */
import { openConnections } from '../overhead/connection.ts';
import type { Exchange } from '../overhead/connection.ts';
import { closedLoop } from '../overhead/load.ts';
import { treeCpuUs, treeMemoryMb } from '../overhead/proc.ts';
import { type Program, setGap } from './programs.ts';
import { CHUNKS, type Vendor, largeRequest, requestTo } from './traffic.ts';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks once, and holds later answers to the same length. Throws on an answer that is not whole. */
const probe = async (program: Program, request: Buffer): Promise<Exchange> => {
  const [head = '', body = ''] = request.toString().split('\r\n\r\n', 2);
  const path = head.split(' ', 2)[1] ?? '';
  const authorization = /authorization: (.*)/.exec(head)?.[1] ?? '';
  const reply = await fetch(`http://127.0.0.1:${program.port}${path}`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body,
  });
  const text = await reply.text();
  if (reply.status !== 200 || !/\[DONE\]|message_stop/.test(text.slice(-80)))
    throw new Error(
      `${program.name} gave a wrong answer, status ${reply.status}: ${text.slice(-400)}`,
    );
  // What ends in another mark is known by its length alone.
  return { request, replyBytes: Buffer.byteLength(text), streamed: text.endsWith('[DONE]\n\n') };
};

const CONNECTIONS = 32;
/** So that all streams together stay below what any target can take, and chunks come one by one. */
const GAP_MS = 2;
const WARM_UP = { durationMs: 2_000, spreadMs: 0 };
const SETTLE_MS = 100;

/** CPU time of one chunk, µs, with 32 streams under way. `path`: where a proxy is asked. */
export const chunkUs = async (
  { program, upstream }: { readonly program: Program; readonly upstream: Program },
  vendor: Vendor,
  { path, durationMs }: { readonly path?: string; readonly durationMs: number },
): Promise<number> => {
  await setGap(upstream, 0);
  const exchange = await probe(program, requestTo(vendor, path));
  const connections = await openConnections(program.port, CONNECTIONS);
  try {
    await closedLoop(connections, exchange, WARM_UP);
    await setGap(upstream, GAP_MS);
    await pause(SETTLE_MS);
    const before = treeCpuUs(program.process.pid);
    const spreadMs = CHUNKS * GAP_MS;
    const exchanges = await closedLoop(connections, exchange, { durationMs, spreadMs });
    await pause(SETTLE_MS);
    return (treeCpuUs(program.process.pid) - before) / exchanges / CHUNKS;
  } finally {
    for (const connection of connections) connection.close();
  }
};

export interface Crowd {
  /** How long the streams took, ms, where they were due after `dueMs`. */
  readonly tookMs: number;
  readonly dueMs: number;
  /** Of one core, percent. */
  readonly corePercent: number;
  /** Memory at its highest, above what it was before, KB for each stream. */
  readonly kbPerStream: number;
}

const STREAMS = 1_000;
/** Ten chunks a second. */
const CROWD_GAP_MS = 100;

/** A thousand streams at once. */
export const crowd = async (
  gateway: Program,
  upstream: Program,
  vendor: Vendor,
): Promise<Crowd> => {
  const { pid } = gateway.process;
  await setGap(upstream, 0);
  const exchange = await probe(gateway, requestTo(vendor));
  const connections = await openConnections(gateway.port, STREAMS);
  let highestMb = 0;
  const look = (): void => void (highestMb = Math.max(highestMb, treeMemoryMb(pid, 'VmRSS')));
  try {
    await setGap(upstream, CROWD_GAP_MS);
    const [beforeMb, beforeUs] = [treeMemoryMb(pid, 'VmRSS'), treeCpuUs(pid)];
    const sampler = setInterval(look, 50);
    const startedAt = performance.now();
    await Promise.all(connections.map((connection) => connection.send(exchange)));
    const tookMs = performance.now() - startedAt;
    clearInterval(sampler);
    await pause(SETTLE_MS);
    const kb = (Math.max(0, highestMb - beforeMb) * 1_000) / STREAMS;
    const percent = (treeCpuUs(pid) - beforeUs) / tookMs / 10;
    return { tookMs, dueMs: CHUNKS * CROWD_GAP_MS, corePercent: percent, kbPerStream: kb };
  } finally {
    for (const connection of connections) connection.close();
  }
};

const LARGE_ROUNDS = 5;

/** Longest time in which the gateway answered nobody while a request of 10 MB went through, ms. */
export const blockedMs = async (
  gateway: Program,
  upstream: Program,
  vendor: Vendor,
): Promise<number> => {
  await setGap(upstream, 0);
  const [connection] = await openConnections(gateway.port, 1);
  const request = largeRequest(vendor);
  const { replyBytes } = await probe(gateway, requestTo(vendor));
  const over = new AbortController();
  let longestMs = 0;
  const watch = (async () => {
    while (!over.signal.aborted) {
      const at = performance.now();
      await (await fetch(`http://127.0.0.1:${gateway.port}/health/liveliness`)).text();
      longestMs = Math.max(longestMs, performance.now() - at);
    }
  })();
  try {
    for (let i = 0; i < LARGE_ROUNDS; i++) {
      await connection?.send({ request, replyBytes, streamed: true });
      await pause(50);
    }
  } finally {
    over.abort();
    await watch;
    connection?.close();
  }
  return longestMs;
};
