import { Worker } from 'node:worker_threads';
import { seededRandom } from '#core/random.ts';
import { openConnections } from './connection.ts';
import type { Connection, Exchange } from './connection.ts';
import type { Schedule } from './pacer.ts';

const OPEN_LOOP_CONNECTIONS = 64;
/** Time for the pacer's thread to be up before the first request is due. */
const PACER_LEAD_MS = 200;

/** A monotonic clock that all threads of this process share, ms. */
const sharedNowMs = (): number => Number(process.hrtime.bigint()) / 1e6;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export interface ClosedLoop {
  /** With all connections at work. */
  readonly durationMs: number;
  /** The connections begin spread over this time, so that their streams do not run in step. */
  readonly spreadMs: number;
  /** No further exchange begins after this many. */
  readonly mostExchanges?: number;
}

/**
 * Each connection sends its next request when the last is answered, until `durationMs` is over;
 * what is under way then still ends. Returns how many exchanges there were, all of them right.
 */
export const closedLoop = async (
  connections: readonly Connection[],
  exchange: Exchange,
  { durationMs, spreadMs, mostExchanges = Infinity }: ClosedLoop,
): Promise<number> => {
  const end = performance.now() + spreadMs + durationMs;
  let exchanges = 0;
  const loop = async (connection: Connection, index: number): Promise<void> => {
    if (spreadMs > 0) await pause((spreadMs * index) / connections.length);
    do {
      await connection.send(exchange);
      exchanges += 1;
    } while (performance.now() < end && exchanges < mostExchanges);
  };
  await Promise.all(connections.map(loop));
  return exchanges;
};

/** Poisson arrivals, the same ones in every run: ms from the start. */
const poissonArrivals = (perSecond: number, durationMs: number): number[] => {
  const random = seededRandom(1);
  const arrivals: number[] = [];
  for (let at = 0; ;) {
    at -= (1000 / perSecond) * Math.log(1 - random());
    if (at >= durationMs) return arrivals;
    arrivals.push(at);
  }
};

export interface OpenLoop {
  readonly port: number;
  readonly exchange: Exchange;
  readonly perSecond: number;
  readonly durationMs: number;
}

/**
 * Requests at instants that were fixed beforehand, whatever the answers do. Each latency (ms)
 * counts from the instant at which its request was due, so that a stall is paid by all whom it hit.
 */
export const openLoop = async (load: OpenLoop): Promise<number[]> => {
  const idle = await openConnections(load.port, OPEN_LOOP_CONNECTIONS);
  const connections = [...idle];
  const schedule: Schedule = {
    startMs: sharedNowMs() + PACER_LEAD_MS,
    arrivalsMs: poissonArrivals(load.perSecond, load.durationMs),
  };
  const pacer = new Worker(new URL('./pacer.ts', import.meta.url), { workerData: schedule });
  try {
    return await new Promise((resolve, reject) => {
      const latenciesMs: number[] = [];
      const due: number[] = [];
      const sendNext = (): void => {
        const index = due[0];
        const connection = index === undefined ? undefined : idle.pop();
        if (index === undefined || connection === undefined) return;
        due.shift();
        connection.send(load.exchange).then(() => answered(index, connection), reject);
      };
      const answered = (index: number, connection: Connection): void => {
        const intendedMs = schedule.startMs + (schedule.arrivalsMs[index] ?? 0);
        latenciesMs.push(sharedNowMs() - intendedMs);
        idle.push(connection);
        if (latenciesMs.length === schedule.arrivalsMs.length) resolve(latenciesMs);
        else sendNext();
      };
      pacer.on('error', reject);
      pacer.on('message', (index: number) => {
        due.push(index);
        sendNext();
      });
    });
  } finally {
    connections.forEach((connection) => connection.close());
    await pacer.terminate();
  }
};
