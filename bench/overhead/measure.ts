/** One visit to one target: everything that is measured on it between its start and its end. */
import type { Exchange } from './connection.ts';
import { openConnections } from './connection.ts';
import { closedLoop, openLoop } from './load.ts';
import { collectOwnGarbage } from './own-garbage.ts';
import { probe } from './probe.ts';
import { coreBusyUs, processTree, treeCpuUs, treeMemoryMb } from './proc.ts';
import { TARGET_CORE, withoutStrangers } from './processes.ts';
import { percentile } from './statistics.ts';
import type { RunningTarget, Upstream } from './targets.ts';
import { CHUNKS } from './traffic.ts';

const CONCURRENCIES = [1, 32, 128] as const;
type Concurrency = (typeof CONCURRENCIES)[number];

/** Every number that a visit can yield; its unit comes last. */
export type Measure =
  | `whole.c${Concurrency}.us`
  | `chunk.c${Concurrency}.us`
  | `reads.c${Concurrency}.perChunk`
  | `rss.c${Concurrency}.mb`
  | 'rss.highest.mb'
  | 'latency.p50.ms'
  | 'latency.p99.ms'
  /** Against the direct call of the same round. */
  | 'added.p50.ms'
  | 'added.p99.ms'
  | 'start.ms'
  /** Of the core's time, during the visit. */
  | 'strangers.percent';

export type Sample = Map<Measure, number>;

export const PARTS = ['whole', 'streamed', 'latency', 'start'] as const;
export type Part = (typeof PARTS)[number];

export interface Plan {
  readonly parts: ReadonlySet<Part>;
  readonly rounds: number;
  readonly warmUp: { readonly requests: number; readonly streams: number; readonly mostMs: number };
  readonly burstMs: number;
  readonly latencyMs: number;
}

const OPEN_LOOP_PER_SECOND = 500;

/** No step of a visit is planned for half as long: a target that takes this long hangs. */
const HANG_MS = 40_000;
/** After its last answer a target may still have work to do: logs, records, timers. */
const SETTLE_MS = 50;
const RSS_SAMPLE_MS = 50;
const WARM_UP_TURNS = [32, 128, 32, 128] as const;

/**
 * Pause between two chunks of one stream, ms. All streams together then make 16 chunks a ms at
 * most, for which no target here is too slow: chunks arrive one by one, as they do from a vendor,
 * and a slow target gains nothing by finding several of them in one read.
 */
const gapMs = (connections: number): number => Math.max(1, connections / 16);

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** What a target does each second, such as writing down whom it has served, is part of that. */
const QUIET_MS = 1_100;
const LOOK_MS = 100;
const IDLE_US = 3_000;
/** Under a profiler, or with consoles open, a target is never idle: three bursts must not look like a hang. */
const LONGEST_SETTLING_MS = 6_000;
/** The end of it, in which only that is left; in whole seconds, as what is done each second. */
const RESTLESS_MS = 4_000;

/**
 * Until a target has nothing left to do: otherwise the next measure would pay for this one. Returns
 * what of this wait is not the measure's, µs: where it is never idle, what it goes on doing at its own pace.
 */
const settled = async (pid: number): Promise<number> => {
  const looks = [treeCpuUs(pid)];
  for (let idle = 0; idle < QUIET_MS / LOOK_MS;) {
    if (looks.length > LONGEST_SETTLING_MS / LOOK_MS)
      return (
        ((looks.at(-1)! - looks.at(-1 - RESTLESS_MS / LOOK_MS)!) * (looks.length - 1)) /
        (RESTLESS_MS / LOOK_MS)
      );
    await pause(LOOK_MS);
    looks.push(treeCpuUs(pid));
    idle = looks.at(-1)! - looks.at(-2)! < IDLE_US ? idle + 1 : 0;
  }
  return 0;
};

const within = async <T>(limitMs: number, what: string, task: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} hangs.`)), limitMs);
  });
  try {
    return await Promise.race([task, late]);
  } finally {
    clearTimeout(timer);
  }
};

interface Burst {
  readonly exchanges: number;
  readonly reads: number;
  readonly cpuUs: number;
  readonly rssMb: number;
}

/**
 * A closed loop, with the target idle before and after, so that its CPU time is that of exactly
 * these exchanges. Connections are open beforehand; `primer` makes the target open its own.
 */
const burst = async (
  target: RunningTarget,
  exchange: Exchange,
  options: { primer: Exchange; connections: number; durationMs: number; spreadMs: number },
): Promise<Burst> => {
  const { pid } = target.process;
  const connections = await openConnections(target.port, options.connections);
  let rssMb = 0;
  const sampleRss = (): void => {
    rssMb = Math.max(rssMb, treeMemoryMb(pid, 'VmRSS'));
  };
  const sampler = setInterval(sampleRss, RSS_SAMPLE_MS);
  try {
    await Promise.all(connections.map((connection) => connection.send(options.primer)));
    await pause(SETTLE_MS);
    const reads = (): number => connections.reduce((sum, { reads: own }) => sum + own, 0);
    const [readsBefore, cpuBefore] = [reads(), treeCpuUs(pid)];
    const exchanges = await closedLoop(connections, exchange, options);
    const foreignUs = await settled(pid);
    sampleRss();
    const cpuUs = treeCpuUs(pid) - cpuBefore - foreignUs;
    return { exchanges, reads: reads() - readsBefore, cpuUs, rssMb };
  } finally {
    clearInterval(sampler);
    connections.forEach((connection) => connection.close());
  }
};

interface Visit {
  readonly target: RunningTarget;
  readonly upstream: Upstream;
  readonly plan: Plan;
  readonly whole: Exchange;
  readonly streamed: Exchange;
  readonly sample: Sample;
}

const noteRss = (sample: Sample, connections: Concurrency, rssMb: number): void => {
  const measure = `rss.c${connections}.mb` as const;
  sample.set(measure, Math.max(sample.get(measure) ?? 0, rssMb));
};

const measureWhole = async ({ target, plan, whole, sample }: Visit): Promise<void> => {
  for (const connections of CONCURRENCIES) {
    const options = { primer: whole, connections, durationMs: plan.burstMs, spreadMs: 0 };
    const { exchanges, cpuUs, rssMb } = await burst(target, whole, options);
    sample.set(`whole.c${connections}.us`, cpuUs / exchanges);
    noteRss(sample, connections, rssMb);
  }
};

const measureStreamed = async (visit: Visit): Promise<void> => {
  const { target, plan, sample } = visit;
  for (const connections of CONCURRENCIES) {
    await visit.upstream.setGap(gapMs(connections));
    const { exchanges, reads, cpuUs, rssMb } = await burst(target, visit.streamed, {
      primer: visit.whole,
      connections,
      durationMs: plan.burstMs,
      spreadMs: CHUNKS * gapMs(connections),
    });
    sample.set(`chunk.c${connections}.us`, cpuUs / exchanges / CHUNKS);
    sample.set(`reads.c${connections}.perChunk`, reads / exchanges / CHUNKS);
    noteRss(sample, connections, rssMb);
  }
};

const measureLatency = async (visit: Visit): Promise<void> => {
  const { target, upstream, plan, sample } = visit;
  const pids = [upstream.process.pid, ...processTree(target.process.pid)];
  await collectOwnGarbage();
  const latenciesMs = await withoutStrangers(pids, () =>
    openLoop({
      port: target.port,
      exchange: visit.whole,
      perSecond: OPEN_LOOP_PER_SECOND,
      durationMs: plan.latencyMs,
    }),
  );
  sample.set('latency.p50.ms', percentile(latenciesMs, 0.5));
  sample.set('latency.p99.ms', percentile(latenciesMs, 0.99));
};

/**
 * Counted in requests, because V8 compiles what ran often, not what ran long: the bare
 * proxy's requests cost 250 µs each at first, their final 35 µs after 15,000; the gateway's need
 * 40,000. And in turns, because it throws away what it has compiled when something new comes along:
 * streams after whole answers, another connection. It takes seconds of the measures to make it anew.
 */
const warmUp = async ({ target, upstream, plan, whole, streamed }: Visit): Promise<void> => {
  const { requests, streams, mostMs } = plan.warmUp;
  const turns = WARM_UP_TURNS.length;
  for (const count of WARM_UP_TURNS) {
    const connections = await openConnections(target.port, count);
    const run = (exchange: Exchange, all: number): Promise<number> =>
      closedLoop(connections, exchange, {
        durationMs: mostMs / turns,
        spreadMs: 0,
        mostExchanges: Math.ceil(all / turns),
      });
    // Chunks that come one by one take other ways than those that come together.
    await upstream.setGap(gapMs(count));
    if (plan.parts.has('streamed')) await run(streamed, streams);
    await upstream.setGap(0);
    if (plan.parts.has('whole') || plan.parts.has('latency')) await run(whole, requests);
    connections.forEach((connection) => connection.close());
  }
  await settled(target.process.pid);
};

/** Watches the target's core; the returned function says what share others took since, in percent. */
const watchStrangers = (pid: number): (() => number) => {
  const strangersUs = (): number => coreBusyUs(TARGET_CORE) - treeCpuUs(pid);
  const [beganUs, beganMs] = [strangersUs(), performance.now()];
  return () => (strangersUs() - beganUs) / (performance.now() - beganMs) / 10;
};

/**
 * Measures the parts of the plan on a target that has just started. Latency comes before the
 * bursts, and those in growing concurrency, so that no part pays for the idle connections and the
 * grown heap that a larger one before it left behind.
 *
 * Throws when the target answers wrong or not at all.
 */
export const visit = async (
  target: RunningTarget,
  upstream: Upstream,
  plan: Plan,
): Promise<Sample> => {
  const sample: Sample = new Map([['start.ms', target.startMs]]);
  const strangersPercent = watchStrangers(target.process.pid);
  await upstream.setGap(0);
  const whole = await probe(target, false);
  const streamed = await probe(target, true);
  if (plan.parts.size === 1 && plan.parts.has('start')) return sample;

  const all = { target, upstream, plan, whole, streamed, sample };
  const step = (name: string, task: () => Promise<void>): Promise<void> =>
    within(HANG_MS, `${target.name}, ${name},`, task());
  await step('warm-up', () => warmUp(all));
  if (plan.parts.has('latency')) await step('latency', () => measureLatency(all));
  if (target.name === 'direct') return sample;
  if (plan.parts.has('whole')) await step('whole requests', () => measureWhole(all));
  if (plan.parts.has('streamed')) await step('streams', () => measureStreamed(all));
  sample.set('strangers.percent', strangersPercent());
  sample.set('rss.highest.mb', treeMemoryMb(target.process.pid, 'VmHWM'));
  return sample;
};
