/**
 * What is left of several keys when much goes wrong at once: the gateway and LiteLLM's strategies in
 * the same storms, on a virtual clock. README.md says how to read the table.
 */
import { parseArgs } from 'node:util';
import { leastBusy } from './drain/litellm/least-busy.ts';
import { roundRobin } from './drain/litellm/round-robin.ts';
import { uniformShuffle } from './drain/litellm/simple-shuffle.ts';
import { usageBasedV2 } from './drain/litellm/usage-based-routing-v2.ts';
import { createProgress } from './drain/progress.ts';
import { writeResults } from './results.ts';
import type { CreateContender } from './storm/contender.ts';
import { litellm } from './storm/litellm.ts';
import { missed, type Row, table } from './storm/report.ts';
import { spillway } from './storm/spillway.ts';
import { runTrial, type TrialResult } from './storm/trial.ts';

const HELP = `Usage: npm run bench:storm -- [options]

  --seeds N   storms of each contender; 5 unless said
  --write     put the table into out/bench.md
  --help      this text

25 minutes of traffic pass in seconds on a virtual clock.
Exit code: 0 when every bar holds, 1 when one does not, 2 when the run could not be done.`;

const CONTENDERS: readonly { name: string; create: CreateContender; isJudged: boolean }[] = [
  { name: 'spillway quota-aware', create: spillway('quota-aware'), isJudged: true },
  { name: 'spillway simple-shuffle', create: spillway('simple-shuffle'), isJudged: true },
  { name: 'litellm simple-shuffle', create: litellm(uniformShuffle), isJudged: false },
  { name: 'litellm least-busy', create: litellm(leastBusy), isJudged: false },
  { name: 'litellm usage-based-routing-v2', create: litellm(usageBasedV2), isJudged: false },
  { name: 'litellm round-robin', create: litellm(roundRobin), isJudged: false },
];

const run = async (seeds: number, write: boolean): Promise<void> => {
  const progress = createProgress(CONTENDERS.length * seeds, 'storms');
  const rows: Row[] = [];
  for (const { name, create, isJudged } of CONTENDERS) {
    const trials: TrialResult[] = [];
    for (let seed = 1; seed <= seeds; seed++) {
      trials.push(await runTrial(create, { seed }));
      progress(rows.length * seeds + seed);
    }
    rows.push({ name, trials, isJudged });
  }
  const body = table(rows);
  console.log(body);
  if (rows.some((row) => row.isJudged && missed(row).length > 0)) process.exitCode = 1;
  if (write)
    writeResults('storm', `${new Date().toISOString().slice(0, 10)}: ${seeds} seeds\n\n${body}`);
};

try {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '5' },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const seeds = Number(values.seeds);
  if (values.help) console.log(HELP);
  else if (!Number.isInteger(seeds) || seeds < 1) throw new Error('--seeds expects a number ≥ 1.');
  else await run(seeds, values.write);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
}
