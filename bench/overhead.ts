/**
 * What Spillway costs: CPU time, memory, latency and start, beside a direct call, a bare proxy on
 * the same libraries, and nginx where it is installed. README.md says how to read the table.
 */
import { cpus, release } from 'node:os';
import { parseArgs } from 'node:util';
import { PARTS } from './overhead/measure.ts';
import type { Part } from './overhead/measure.ts';
import { LOAD_CORE, claimCore } from './overhead/processes.ts';
import { report } from './overhead/report.ts';
import { type FullPlan, profileGateway, runRounds } from './overhead/run.ts';
import { gatewayExists, nginxVersion } from './overhead/targets.ts';
import type { TargetName } from './overhead/targets.ts';
import { writeResults } from './results.ts';

const HELP = `Usage: npm run bench:overhead -- [options]

  --quick       two short rounds: a first look, not a verdict
  --only PART   one of ${PARTS.join(', ')}
  --keys        callers have a virtual key with limits, a team and a budget
  --consoles N  N consoles are open meanwhile
  --even        V8 is set for the bare proxy as for the gateway
  --profile     load only the gateway and keep a CPU profile of it
  --write       put the table into out/bench.md (full runs only)
  --help        this text

Exit code: 0 when the gateway holds every bar, 1 when it does not, 2 when nothing could be measured.`;

const FULL = {
  rounds: 5,
  warmUp: { requests: 40_000, streams: 1_000, mostMs: 8_000 },
  burstMs: 700,
  latencyMs: 2_400,
};
const QUICK = {
  rounds: 2,
  warmUp: { requests: 12_000, streams: 150, mostMs: 2_000 },
  burstMs: 250,
  latencyMs: 1_000,
};
/** As many as the gateway lets watch at once. */
const MOST_CONSOLES = 64;
const LIMIT_MS = { full: 600_000, quick: 120_000 };

const say = (text: string): void => console.error(text);

/** Ends the run at once; what it started is ended on the way out. */
const giveUp = (text: string): never => {
  say(text);
  process.exit(2);
};

const readArguments = () => {
  try {
    const { values } = parseArgs({
      options: {
        quick: { type: 'boolean', default: false },
        only: { type: 'string' },
        keys: { type: 'boolean', default: false },
        consoles: { type: 'string', default: '0' },
        even: { type: 'boolean', default: false },
        profile: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const part = PARTS.find((name) => name === values.only);
    if (values.only !== undefined && part === undefined) {
      return giveUp(`--only takes one of ${PARTS.join(', ')}.`);
    }
    if (values.write && (values.quick || values.profile || part !== undefined)) {
      return giveUp('--write needs a full run: leave out --quick, --only and --profile.');
    }
    const consoles = Number(values.consoles);
    if (!Number.isInteger(consoles) || consoles < 0 || consoles > MOST_CONSOLES)
      return giveUp(`--consoles takes a number from 0 to ${MOST_CONSOLES}.`);
    const furniture = { keys: values.keys, consoles };
    return { ...values, furniture, parts: new Set<Part>(part === undefined ? PARTS : [part]) };
  } catch (error) {
    return giveUp(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
  }
};

const machine = (): string =>
  [
    `${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores`,
    `Linux ${release()}`,
    `Node ${process.version}`,
    `nginx ${nginxVersion() ?? 'not installed'}`,
  ].join(', ');

/** What the gateway has besides its load, in words. */
const beside = ({ furniture: { keys, consoles }, isEven }: FullPlan): string =>
  (keys ? '; callers with keys, limits and a budget' : '') +
  (consoles > 0 ? `; ${consoles} consoles open` : '') +
  (isEven ? '; V8 set alike' : '');

const profile = async (plan: FullPlan): Promise<void> => {
  const files = await profileGateway(plan);
  if (files.length === 0) giveUp('The gateway ended without writing a profile.');
  console.log(`Open in a browser's performance panel:\n${files.join('\n')}`);
};

const bench = async (plan: FullPlan, write: boolean): Promise<void> => {
  const targets: TargetName[] = ['bare proxy'];
  if (nginxVersion() === undefined) say('nginx: skipped, not installed');
  else targets.push('nginx');
  if (gatewayExists()) targets.push('gateway');
  else say('gateway: skipped, bin/spillway does not exist');

  const { table, missed, doubt } = report(await runRounds(targets, plan, say));
  const heading = `${machine()}; medians of ${plan.rounds} rounds${beside(plan)}`;
  console.log(`\n${heading}\n\n${table}\n`);
  if (doubt !== undefined) console.log(doubt);
  if (missed.length > 0) {
    console.log(`Missed: ${missed.join('; ')}`);
    process.exitCode = 1;
  }
  const day = new Date().toISOString().slice(0, 10);
  if (write) writeResults('overhead', `${day}: ${heading}\n\n${table}`);
};

const args = readArguments();
if (args.help) {
  console.log(HELP);
  process.exit(0);
}
if (process.platform !== 'linux' || cpus().length < 2) {
  giveUp('This benchmark needs Linux (taskset, /proc) and two cores.');
}
const limitMs = args.quick ? LIMIT_MS.quick : LIMIT_MS.full;
setTimeout(() => giveUp(`Not done after ${limitMs / 1000} s.`), limitMs).unref();
try {
  claimCore(LOAD_CORE);
  const { parts, furniture, even: isEven } = args;
  const plan: FullPlan = { ...(args.quick ? QUICK : FULL), parts, furniture, isEven };
  await (args.profile ? profile(plan) : bench(plan, args.write));
} catch (error) {
  giveUp(error instanceof Error ? error.message : String(error));
}
