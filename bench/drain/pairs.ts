/** One trace, given to every contender in turn, each beside the oracle. */
import { CONTENDERS, type Entry, ORACLE } from './contenders.ts';
import { pooled, type Scenario, SCENARIOS } from './scenarios.ts';
import { summarise, type Summary } from './summary.ts';
import { createTrace } from './trace.ts';
import { runTrial, type TrialResult } from './trial.ts';

/** What a worker is asked to do; plain data. */
export interface Job {
  readonly scenario: string;
  readonly load: number;
  readonly seed: number;
  readonly ratioIsOne: boolean;
  readonly contenders: readonly string[];
}

export interface Pair {
  readonly scenario: string;
  readonly load: number;
  readonly seed: number;
  readonly contender: string;
  readonly own: Summary;
  /** The oracle's on the same trace, over the same time. */
  readonly oracle: Summary;
  /** Absent where the contender keeps no books. */
  readonly overAdmissions?: number;
  readonly events: number;
}

/** Throws when a contender leaves a request without an end. */
export const runJob = async (job: Job): Promise<Pair[]> => {
  const { load, seed, ratioIsOne } = job;
  const scenario = scenarioNamed(job.scenario);
  const trace = createTrace({ scenario, load, seed, ratioIsOne });
  const run = ({ create, isPooled = false }: Entry): Promise<TrialResult> =>
    runTrial({ scenario: isPooled ? pooled(scenario) : scenario, trace, seed }, create);
  const oracle = await run(ORACLE);
  const pairs: Pair[] = [];
  for (const name of job.contenders) {
    const entry = contenderNamed(name);
    if (entry.scenarios?.includes(scenario.id) === false) continue;
    const result = entry === ORACLE ? oracle : await run(entry);
    const { overAdmissions, events } = result;
    const { measuredFromMs: refusalsFromMs = 0 } = entry;
    const fromMs = entry.measuredFromMs ?? scenario.measuredFromMs;
    const summaryOf = ({ outcomes }: TrialResult): Summary =>
      summarise({ scenario, trace, outcomes, fromMs, refusalsFromMs });
    pairs.push({
      scenario: scenario.id,
      load,
      seed,
      contender: name,
      own: summaryOf(result),
      oracle: summaryOf(oracle),
      events,
      ...(overAdmissions !== undefined && { overAdmissions }),
    });
  }
  return pairs;
};

const scenarioNamed = (id: string): Scenario => {
  const found = SCENARIOS.find((scenario) => scenario.id === id);
  if (found === undefined) throw new Error(`There is no scenario ${id}.`);
  return found;
};

const contenderNamed = (name: string): Entry => {
  const found = CONTENDERS.find((entry) => entry.name === name);
  if (found === undefined) throw new Error(`There is no contender ${name}.`);
  return found;
};
