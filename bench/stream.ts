/**
 * What streams cost: CPU time of a chunk that passes and of one that is translated, beside a bare
 * proxy; a thousand streams at once; and how long a request of 10 MB keeps everybody else waiting.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { markdownTable } from './markdown-table.ts';
import { LOAD_CORE, claimCore, stop } from './overhead/processes.ts';
import { median } from './overhead/statistics.ts';
import { writeResults } from './results.ts';
import { type Crowd, blockedMs, chunkUs, crowd } from './stream/measure.ts';
import { type Program, startGateway, startProxy, startUpstream } from './stream/programs.ts';
import { OTHER, SAME } from './stream/traffic.ts';

const HELP = `Usage: npm run bench:stream -- [options]

  --quick   one short round: a first look, not a verdict
  --write   put the table into out/bench.md (full runs only)
  --help    this text

Exit code: 0 when the gateway holds every bar, 1 when it does not, 2 when nothing could be measured.`;

const BARS = { sameTimes: 1.5, otherTimes: 2, kbPerStream: 200, lateMs: 1_500, blockedMs: 60 };
const FULL = { rounds: 3, durationMs: 1_500 };
const QUICK = { rounds: 1, durationMs: 700 };
const LIMIT_MS = 120_000;

const { values: args } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const giveUp = (text: string): never => {
  console.error(text);
  process.exit(2);
};

/** Runs `task` on a program that has just started, alone on its core. */
const on = async <T>(program: Promise<Program>, task: (program: Program) => Promise<T>) => {
  const running = await program;
  try {
    return await task(running);
  } finally {
    await stop(running.process);
  }
};

interface Chunks {
  readonly proxy: number;
  readonly same: number;
  readonly other: number;
}

const chunksOnce = async (upstream: Program, durationMs: number): Promise<Chunks> => {
  const proxy = await on(startProxy(upstream), (program) =>
    chunkUs({ program, upstream }, SAME, { path: SAME.path, durationMs }),
  );
  const [same, other] = await on(startGateway(upstream), async (program) => [
    await chunkUs({ program, upstream }, SAME, { durationMs }),
    await chunkUs({ program, upstream }, OTHER, { durationMs }),
  ]);
  return { proxy, same: same ?? 0, other: other ?? 0 };
};

const crowdRow = (name: string, { tookMs, dueMs, corePercent, kbPerStream }: Crowd): string[] => [
  `1,000 streams, ${name}`,
  `${(tookMs / 1000).toFixed(1)} s of ${(dueMs / 1000).toFixed(1)}, ${corePercent.toFixed(0)} % of a core, ${kbPerStream.toFixed(0)} KB each`,
  `+${BARS.lateMs / 1000} s, ${BARS.kbPerStream} KB`,
];

const main = async (): Promise<void> => {
  const plan = args.quick ? QUICK : FULL;
  const upstream = await startUpstream();
  const rounds: Chunks[] = [];
  for (let i = 0; i < plan.rounds; i++) rounds.push(await chunksOnce(upstream, plan.durationMs));
  const middle = (of: (round: Chunks) => number): number => median(rounds.map(of));
  const proxy = middle((round) => round.proxy);
  const [same, other] = [middle(({ same: us }) => us), middle(({ other: us }) => us)];
  const times = [middle((one) => one.same / one.proxy), middle((one) => one.other / one.proxy)];
  const crowds = await on(startGateway(upstream), async (gateway) => [
    await crowd(gateway, upstream, SAME),
    await crowd(gateway, upstream, OTHER),
  ]);
  const blocked = await on(startGateway(upstream), async (gateway) => [
    await blockedMs(gateway, upstream, SAME),
    await blockedMs(gateway, upstream, OTHER),
  ]);
  await stop(upstream.process);
  const us = (value: number, factor?: number): string =>
    `${value.toFixed(1)} µs${factor === undefined ? '' : ` (${factor.toFixed(2)} ×)`}`;
  const table = markdownTable([
    ['', 'measured', 'bar'],
    ['a chunk, bare proxy', us(proxy), ''],
    ['a chunk, same dialect', us(same, times[0]), `${BARS.sameTimes} ×`],
    ['a chunk, translated', us(other, times[1]), `${BARS.otherTimes} ×`],
    ...crowds.map((one, i) => crowdRow(i === 0 ? 'same dialect' : 'translated', one)),
    ['10 MB, same dialect: waiting', `${blocked[0]?.toFixed(0)} ms`, `${BARS.blockedMs} ms`],
    ['10 MB, translated: waiting', `${blocked[1]?.toFixed(0)} ms`, `${BARS.blockedMs} ms`],
  ]);
  const heading = `${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}; medians of ${plan.rounds}`;
  console.log(`${heading}\n\n${table}\n`);
  const missed = [
    ...((times[0] ?? 0) > BARS.sameTimes ? ['a chunk of the same dialect'] : []),
    ...((times[1] ?? 0) > BARS.otherTimes ? ['a translated chunk'] : []),
    ...crowds.flatMap(({ tookMs, dueMs, kbPerStream }) =>
      tookMs > dueMs + BARS.lateMs || kbPerStream > BARS.kbPerStream ? ['1,000 streams'] : [],
    ),
    ...(blocked.some((ms) => ms > BARS.blockedMs) ? ['10 MB'] : []),
  ];
  if (missed.length > 0) {
    console.log(`Missed: ${missed.join('; ')}`);
    process.exitCode = 1;
  }
  const day = new Date().toISOString().slice(0, 10);
  if (args.write) writeResults('stream', `${day}: ${heading}\n\n${table}`);
};

if (args.help) {
  console.log(HELP);
  process.exit(0);
}
if (args.write && args.quick) giveUp('--write needs a full run: leave out --quick.');
if (process.platform !== 'linux' || cpus().length < 2)
  giveUp('This benchmark needs Linux (taskset, /proc) and two cores.');
setTimeout(() => giveUp(`Not done after ${LIMIT_MS / 1000} s.`), LIMIT_MS).unref();
try {
  claimCore(LOAD_CORE);
  await main();
} catch (error) {
  giveUp(error instanceof Error ? error.message : String(error));
}
