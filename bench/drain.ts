/**
 * What the keys give: goodput and refusals of the gateway, of LiteLLM's strategies and of an oracle
 * on the same traces, on a virtual clock. README.md says how to read the tables.
 */
import { type DrainArguments, HELP, readArguments } from './drain/arguments.ts';
import { judge } from './drain/bars.ts';
import { runJobs } from './drain/crew.ts';
import type { Job, Pair } from './drain/pairs.ts';
import { createProgress } from './drain/progress.ts';
import { barTable, scenarioTables } from './drain/report.ts';
import { compare, reproductionJobs } from './drain/reproduce.ts';
import { writeResults } from './results.ts';

const LEGEND =
  'Cells: goodput % of what was possible / refused % / wait p50·p99 s of those served / ' +
  "the vendor's refusals per 100 requests. With tenants: served % / % of capacity / wait.";

const today = (): string => new Date().toISOString().slice(0, 10);

const run = async (jobs: readonly Job[], threads: number): Promise<Pair[]> => {
  const began = performance.now();
  const pairs = await runJobs(jobs, { threads, progress: createProgress(jobs.length, 'traces') });
  const seconds = (performance.now() - began) / 1000;
  const events = pairs.reduce((sum, pair) => sum + pair.events, 0);
  console.error(
    `${pairs.length} trials in ${seconds.toFixed(0)} s, ${(events / seconds / 1e6).toFixed(2)} M events/s`,
  );
  return pairs;
};

const reproduce = async ({ threads }: DrainArguments): Promise<void> => {
  const { table, worst, cells, out } = compare(await run(reproductionJobs(), threads));
  console.log(
    `${table}\n\n${cells} figures, ${out} out, the furthest by ${worst.toFixed(2)} points`,
  );
  if (out > 0) process.exitCode = 1;
};

const bench = async (args: DrainArguments): Promise<void> => {
  const { scenarios, loads, seeds, contenders, ratioIsOne, threads, write } = args;
  const jobs = scenarios.flatMap(({ id, loads: own }) =>
    own
      .filter((load) => loads?.includes(load) ?? true)
      .flatMap((load) =>
        Array.from({ length: seeds }, (_, i) => ({
          scenario: id,
          load,
          seed: i + 1,
          ratioIsOne,
          contenders,
        })),
      ),
  );
  if (jobs.length === 0) throw new Error('No scenario that was asked for has such a load.');
  const pairs = await run(jobs, threads);
  const verdicts = judge(pairs);
  const missed = verdicts.filter(({ holds }) => !holds).length;
  const summary = `${verdicts.length - missed} of ${verdicts.length} bars hold; ${seeds} seeds`;
  const tables = [...(verdicts.length > 0 ? [barTable(verdicts)] : []), scenarioTables(pairs)];
  const body = [summary, ...tables, LEGEND].join('\n\n');
  console.log(body);
  if (missed > 0) process.exitCode = 1;
  if (write) writeResults('drain', `${today()}: ${body}`);
};

const overHttp = async (args: DrainArguments): Promise<void> => {
  const { scenarios, scenariosAreChosen, write } = args;
  const { runOverHttp } = await import('./drain/http/run.ts');
  const ids = scenariosAreChosen ? scenarios.map(({ id }) => id) : undefined;
  const { table, missed } = await runOverHttp(ids, (text) => console.error(text));
  console.log(table);
  if (missed > 0) process.exitCode = 1;
  if (write) writeResults('drain over HTTP', `${today()}\n\n${table}`);
};

const runs = (args: DrainArguments): Promise<void> => {
  if (args.reproduce) return reproduce(args);
  return args.http ? overHttp(args) : bench(args);
};

try {
  const args = readArguments(process.argv.slice(2));
  if (args.help) console.log(HELP);
  else await runs(args);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
}
