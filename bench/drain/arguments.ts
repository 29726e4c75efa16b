import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { CONTENDERS } from './contenders.ts';
import { type Scenario, SCENARIOS } from './scenarios.ts';

export const HELP = `Usage: npm run bench:drain -- [options]

  --scenario IDS   some of ${SCENARIOS.map(({ id }) => id).join(' ')};
                   separated by commas; P and Q stand for all of theirs
  --load LOADS     per cent of capacity, such as 95 or 80,95
  --seeds N        traces of each cell; 20 unless said
  --policy NAMES   some of the contenders, separated by commas:
                   ${CONTENDERS.filter(({ isVariant }) => !isVariant)
                     .map(({ name }) => name)
                     .join(', ')}
  --jobs N         threads; as many as there are cores unless said
  --quick          3 seeds at 80, 95 and 120 %: a first look, not a verdict
  --ratio-one      the bytes of a prompt tell its tokens: what estimating costs is left out
  --reproduce      check the models against published figures, and nothing else (1 minute)
  --http           the proof in real time against 'spillway simulate' (12 minutes): two keys,
                   then Ab, K and G1, or those of --scenario, ten times as fast
  --write          put the tables into out/bench.md (full runs only)
  --help           this text

Hours of traffic pass in seconds on a virtual clock. A full run takes more than an hour on two cores.
Exit code: 0 when every bar holds, 1 when one does not, 2 when the run could not be done.`;

export interface DrainArguments {
  readonly scenarios: readonly Scenario[];
  /** Whether somebody named them. */
  readonly scenariosAreChosen: boolean;
  /** Undefined: each scenario's own. */
  readonly loads: readonly number[] | undefined;
  readonly seeds: number;
  readonly contenders: readonly string[];
  readonly threads: number;
  readonly ratioIsOne: boolean;
  readonly reproduce: boolean;
  readonly http: boolean;
  readonly write: boolean;
  readonly help: boolean;
}

const FULL_SEEDS = 20;
const QUICK = { seeds: 3, loads: [0.8, 0.95, 1.2] };

/** Throws an error that says what to write instead. */
export const readArguments = (args: readonly string[]): DrainArguments => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      scenario: { type: 'string' },
      load: { type: 'string' },
      seeds: { type: 'string' },
      policy: { type: 'string' },
      jobs: { type: 'string' },
      quick: { type: 'boolean', default: false },
      'ratio-one': { type: 'boolean', default: false },
      reproduce: { type: 'boolean', default: false },
      http: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { scenario, load, seeds, policy, jobs, quick, reproduce, http, write, help } = values;
  const narrowed = scenario ?? load ?? seeds ?? policy;
  const isPart = quick || reproduce || values['ratio-one'] || narrowed !== undefined;
  if (write && isPart) throw new Error('--write needs a full run: leave out what narrows it.');
  return {
    scenarios: scenario === undefined ? SCENARIOS : scenariosIn(scenario),
    scenariosAreChosen: scenario !== undefined,
    loads: load === undefined ? (quick ? QUICK.loads : undefined) : list(load).map(toLoad),
    seeds: seeds === undefined ? (quick ? QUICK.seeds : FULL_SEEDS) : count('--seeds', seeds),
    contenders: contendersIn(policy),
    threads: jobs === undefined ? availableParallelism() : count('--jobs', jobs),
    ratioIsOne: values['ratio-one'],
    reproduce,
    http,
    write,
    help,
  };
};

const list = (text: string): string[] => text.split(',').map((part) => part.trim());

const count = (flag: string, text: string): number => {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1) return number;
  throw new Error(`${flag} takes a whole number from 1 on, not ${text}.`);
};

const toLoad = (text: string): number => {
  const number = Number(text);
  if (number > 0 && number <= 1000) return number / 100;
  throw new Error(`--load takes per cent above 0 up to 1000, not ${text}.`);
};

/** A letter alone stands for all scenarios of that letter and a number, where there is none of its own. */
const scenariosIn = (text: string): Scenario[] =>
  list(text).flatMap((id) => {
    const exact = SCENARIOS.filter((scenario) => scenario.id === id);
    const group = SCENARIOS.filter((scenario) => scenario.id.replace(/\d+$/, '') === id);
    const found = exact.length > 0 ? exact : group;
    if (found.length > 0) return found;
    const known = SCENARIOS.map((scenario) => scenario.id).join(', ');
    throw new Error(`--scenario takes some of ${known}, not ${id}.`);
  });

const contendersIn = (text: string | undefined): string[] => {
  if (text === undefined) {
    return CONTENDERS.filter(({ isVariant }) => !isVariant).map(({ name }) => name);
  }
  const names = CONTENDERS.map(({ name }) => name);
  const wanted = list(text);
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown === undefined) return wanted;
  throw new Error(`--policy takes some of ${names.join(', ')}, not ${unknown}.`);
};
