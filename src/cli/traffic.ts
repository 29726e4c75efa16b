import { InvalidArgumentError } from 'commander';
import type { CliCommand } from '#cli/command.ts';
import { parseCount } from '#cli/options.ts';
import { loaded } from '#cli/start-is-over.ts';

const HELP = `
Draws a log of requests and writes it as 'spillway tail --json' would: one JSON object a line.
The same seed gives the same log. Kinds:
  smooth   each request on its own
  bursty   now many, now few, for half a minute each on average
  batches  ten at once on average, as a workflow or a job sends them

  spillway traffic --kind batches --rps 2 --minutes 60 > traffic.jsonl
  spillway plan -c config.yaml --traffic traffic.jsonl --tpm 30000 --rpm 500

Sizes vary as they do in the field: half of the prompts and answers are shorter than the
median, few are many times as long.
`;

export interface TrafficOptions {
  readonly kind: 'smooth' | 'bursty' | 'batches';
  readonly model: string;
  readonly rps: number;
  readonly minutes: number;
  readonly callers: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly maxTokens?: number;
  readonly seed: number;
  readonly start: Date;
}

export const traffic: CliCommand = {
  name: 'traffic',
  register(command) {
    command
      .description('draw a log of requests to plan with')
      .option('--kind <kind>', 'smooth, bursty or batches', parseKind, 'smooth')
      .option('--model <name>', 'the model that they ask for', 'gpt-4.1')
      .option('--rps <number>', 'requests a second, on average', parseRate, 1)
      .option('--minutes <number>', 'how long', parseCount, 60)
      .option('--callers <number>', 'keys that call, with equal shares', parseCount, 1)
      .option('--input-tokens <number>', 'median of the prompts', parseCount, 700)
      .option('--output-tokens <number>', 'median of the answers', parseCount, 250)
      .option('--max-tokens <number>', 'the longest answer that each allows', parseCount)
      .option('--seed <number>', 'another one, another log', parseCount, 1)
      .option('--start <time>', 'of the first minute', parseTime, new Date('2026-01-01T00:00:00Z'))
      .addHelpText('after', HELP)
      .action(async (options: TrafficOptions) => {
        const { runTraffic } = await loaded(import('#cli/run-traffic.ts'));
        await runTraffic(options);
      });
  },
};

/** Throws InvalidArgumentError, which commander shows beside the option's name. */
const parseKind = (text: string): TrafficOptions['kind'] => {
  if (text === 'smooth' || text === 'bursty' || text === 'batches') return text;
  throw new InvalidArgumentError('There are smooth, bursty and batches.');
};

const MOST_RPS = 10_000;

const parseRate = (text: string): number => {
  const rate = Number(text);
  if (/^\d*\.?\d+$/.test(text) && rate > 0 && rate <= MOST_RPS) return rate;
  throw new InvalidArgumentError(`It must be a number above 0, ${MOST_RPS} at most.`);
};

const parseTime = (text: string): Date => {
  const time = new Date(text);
  if (!Number.isNaN(time.getTime())) return time;
  throw new InvalidArgumentError('It must be a time such as 2026-01-31T12:00:00Z.');
};
