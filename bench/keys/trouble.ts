import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { hasPostgres, startPostgres } from '#store/postgres/test-kit.ts';
import { percentile } from '../overhead/statistics.ts';
import { configOf, deployment, MASTER_KEY, startGateway } from '../../test/kit/gateway.ts';
import { answer, startUpstream } from '../../test/kit/upstream.ts';

const CALLERS = 4;
/** Of one round. */
const CALLS = 800;
/** A caller's pause, ms: what is measured is one request, not how many fit. */
const PAUSE_MS = 5;
const ROUNDS = 5;
const SLOW_MS = 5_000;
const DISK = '64m';
const IN_TROUBLE = /^spillway_(?:store_up 0|store_slow 1|spend_written 0)$/m;
const ALERT = /THE STORE IS SLOW|cannot be (?:put into the store|written to disk)/;
const OVER = /the store is quick again|go into the store again|are written to disk again/;

export interface Trouble {
  readonly what: string;
  /** Until the whole answer, ms. */
  readonly p99Ms: number;
  /** The same on the same store while it is well. */
  readonly wellMs: number;
  readonly answered: number;
  /** In the store, once it is well again. */
  readonly records: number;
  /** The log and the metrics said so, and that it was over. */
  readonly isTold: boolean;
}

interface Sick {
  readonly databaseUrl?: string;
  readonly folder: string;
  /** Makes the store ill; what it gives ends that. */
  readonly fall: () => Promise<() => Promise<void>>;
}

/** Callers of a gateway whose store is well, and then is not. */
const tried = async (what: string, { databaseUrl, folder, fall }: Sick): Promise<Trouble> => {
  const upstream = await startUpstream(answer);
  const base = configOf([deployment('PJ1', upstream.url)]);
  const keeping = { ...base.keeping, ...(databaseUrl !== undefined && { databaseUrl }) };
  const gateway = await startGateway({ ...base, keeping }, undefined, { folder });
  let answered = 0;
  const load = async (spans: number[]): Promise<void> => {
    const caller = async (): Promise<void> => {
      for (let n = 0; n < CALLS / CALLERS; n++) {
        const began = performance.now();
        const reply = await gateway.chat();
        await reply.text();
        if (reply.status === 200) answered++;
        spans.push(performance.now() - began);
        await sleep(PAUSE_MS);
      }
    };
    await Promise.all(Array.from({ length: CALLERS }, caller));
  };
  const { writer, store } = gateway.keeping!;
  const metrics = async (): Promise<string> => {
    const headers = { authorization: `Bearer ${MASTER_KEY}` };
    return (await fetch(`${gateway.url}/metrics`, { headers })).text();
  };
  let isTold = true;
  // What is compiled on the way is nobody's trouble.
  await load([]);
  const [well, ill]: [number[], number[]] = [[], []];
  // In turns: other programs of this machine have their moments, too, and those of one round say little.
  for (let round = 0; round < ROUNDS; round++) {
    await load(well);
    const rise = await fall();
    await load(ill);
    isTold &&= await comes(async () => IN_TROUBLE.test(await metrics()));
    await rise();
    do await writer.flush();
    while (writer.health.waiting > 0 && (await sleep(100, true)));
    isTold &&= await comes(async () => !IN_TROUBLE.test(await metrics()));
  }
  const said = gateway.log.lines.filter(({ text }) => ALERT.test(text)).length;
  const over = gateway.log.lines.filter(({ text }) => OVER.test(text)).length;
  isTold &&= said >= ROUNDS && over >= ROUNDS;
  const records = await store.spend.count({ status: 'success' });
  await gateway.close();
  await upstream.close();
  const [wellMs, p99Ms] = [percentile(well, 0.99), percentile(ill, 0.99)];
  return { what, p99Ms, wellMs, answered, records, isTold };
};

/** Whether it comes to be so, in a while. */
const comes = async (isSo: () => Promise<boolean>): Promise<boolean> => {
  const until = performance.now() + 2 * SLOW_MS;
  while (performance.now() < until) {
    if (await isSo()) return true;
    await sleep(50);
  }
  return false;
};

/** Somebody holds the records for five seconds, lets go, and takes them again. */
const slowly = async (databaseUrl: string): Promise<() => Promise<void>> => {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  const over = new AbortController();
  const { promise: held, resolve } = Promise.withResolvers<void>();
  const holding = async (): Promise<void> => {
    while (!over.signal.aborted) {
      // The one that every write begins with: whoever holds several may stand in somebody's way for good.
      await client.query('begin; lock table spillway.spend in access exclusive mode');
      resolve();
      await client.query(`select pg_sleep(${SLOW_MS / 1_000})`);
      await client.query('commit');
    }
  };
  const all = holding();
  await held;
  return async () => {
    over.abort();
    await all;
    await client.end();
  };
};

const slowDatabase = async (folder: string): Promise<Trouble> => {
  const server = await startPostgres();
  const fall = () => slowly(server.url);
  const made = await tried('each write takes five seconds', {
    databaseUrl: server.url,
    folder: join(folder, 'slow'),
    fall,
  });
  await server.close();
  return made;
};

const full = (path: string): (() => Promise<void>) => {
  const filler = join(path, 'filler');
  // As much as goes: the last piece fails.
  for (let pieces = 0; ; pieces++)
    try {
      writeFileSync(filler, Buffer.alloc(4_096), { flag: 'a' });
    } catch {
      return async () => rmSync(filler);
    }
};

/** Undefined where nobody may mount a small disk. */
const fullDisk = async (folder: string): Promise<Trouble | undefined> => {
  const path = join(folder, 'full');
  mkdirSync(path);
  const mount = ['-t', 'tmpfs', '-o', `size=${DISK}`, 'tmpfs', path];
  if (spawnSync('mount', mount).status !== 0) return undefined;
  try {
    return await tried('the disk is full', { folder: path, fall: async () => full(path) });
  } finally {
    spawnSync('umount', [path]);
  }
};

/** What callers feel while the store is slow or full, and what is in it afterwards. */
export const troubled = async (folder: string): Promise<readonly Trouble[]> => {
  const slow = hasPostgres ? [await slowDatabase(folder)] : [];
  const disk = await fullDisk(folder);
  return disk ? [...slow, disk] : slow;
};
