/** What the gateway has to reach, as data. */
import type { Pair } from './pairs.ts';

/** What is compared; each is one number per trial. */
export type Measure =
  | 'refused over oracle'
  | 'goodput under oracle'
  | 'refused'
  | 'goodput'
  | 'vendor refusals per 100'
  | 'over-admissions'
  | 'wait p99, ms'
  | 'light tenants served'
  | 'heavy tenant of capacity';

export interface Bar {
  readonly contender: string;
  readonly scenarios: readonly string[];
  /** All of a scenario's loads unless said. */
  readonly loads?: readonly number[];
  readonly measure: Measure;
  /** Whether the mean over the seeds must hold it, or every seed. */
  readonly over: 'mean' | 'each';
  /** Seeds 1 to so many, where a figure was made with those; all that ran unless said. */
  readonly seeds?: number;
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** Limits come from the config and the choice is the gateway's own. */
export const QUOTA_AWARE = 'quota-aware';
/** The article's file as it stands: it names simple-shuffle and states no limits; headers tell them. */
export const ARTICLE = 'article';
/** The same at a vendor whose headers say nothing: limits are known from its refusals alone. */
export const ARTICLE_REFUSALS = 'article by refusals';

/** Killed in the middle and started anew. */
export const RESTARTED = 'restarted';

const BESIDE_ORACLE = ['A', 'Ab', 'As', 'Bb', 'K', 'G10', 'G1'];
export const RESTARTED_SCENARIOS = BESIDE_ORACLE;
export const ARTICLE_SCENARIOS = ['A', 'Ab', 'As', 'G10', 'G1'];
const UNKNOWN_BURST = ['P1', 'P10', 'P60'];
const PATIENCE = ['Q0', 'Q2', 'Q5', 'Q15', 'Q30', 'Q60', 'Q120'];
const KNOWN_LIMITS = [...BESIDE_ORACLE, 'Kb', 'H', 'C', 'D', ...PATIENCE, 'F'];

const besideOracle = (contender: string, scenarios: readonly string[]): Bar[] => [
  { contender, scenarios, measure: 'refused over oracle', over: 'mean', atMost: 0.5 },
  { contender, scenarios, measure: 'refused over oracle', over: 'each', atMost: 1 },
  { contender, scenarios, measure: 'goodput under oracle', over: 'mean', atMost: 0.7 },
  { contender, scenarios, measure: 'goodput under oracle', over: 'each', atMost: 2 },
];

/** Points by which a published figure may be missed, and the seeds it was made with. */
const FIGURE_TOLERANCE = 1;
const FIGURE_SEEDS = 5;

const figure = (
  scenario: string,
  loads: readonly number[],
  { goodput, refused }: { goodput?: number; refused?: number },
): Bar[] => {
  const shared = {
    contender: QUOTA_AWARE,
    scenarios: [scenario],
    loads,
    over: 'mean',
    seeds: FIGURE_SEEDS,
  } as const;
  const bars: Bar[] = [];
  if (goodput !== undefined)
    bars.push({ ...shared, measure: 'goodput', atLeast: goodput - FIGURE_TOLERANCE });
  if (refused !== undefined)
    bars.push({ ...shared, measure: 'refused', atMost: refused + FIGURE_TOLERANCE });
  return bars;
};

const at95 = [0.95];

export const BARS: readonly Bar[] = [
  ...besideOracle(QUOTA_AWARE, BESIDE_ORACLE),
  ...besideOracle(RESTARTED, RESTARTED_SCENARIOS).map((bar) => ({ ...bar, loads: at95 })),
  {
    contender: QUOTA_AWARE,
    scenarios: ['Kb'],
    measure: 'refused over oracle',
    over: 'mean',
    atMost: 1.5,
  },
  ...figure('H', at95, { refused: 3.9 }),
  ...UNKNOWN_BURST.flatMap((id) => figure(id, [0.5, 0.8, 0.95], { refused: 1 })),
  ...figure('C', at95, { goodput: 95.1, refused: 5.2 }),
  ...figure('D', at95, { goodput: 100, refused: 0 }),
  ...figure('Q0', at95, { goodput: 90.9, refused: 9 }),
  ...figure('Q2', at95, { goodput: 91.6, refused: 7.8 }),
  ...figure('Q5', at95, { goodput: 92.7, refused: 6.7 }),
  ...figure('Q15', at95, { goodput: 94.9, refused: 4.1 }),
  ...figure('Q30', at95, { goodput: 95.9, refused: 3.2 }),
  ...figure('Q60', [0.8], { goodput: 100, refused: 0 }),
  ...figure('Q60', at95, { goodput: 97.6, refused: 2.1 }),
  ...figure('Q120', at95, { goodput: 99.2, refused: 1 }),
  {
    contender: QUOTA_AWARE,
    scenarios: ['F'],
    measure: 'light tenants served',
    over: 'each',
    atLeast: 99.5,
  },
  {
    contender: QUOTA_AWARE,
    scenarios: ['F'],
    measure: 'heavy tenant of capacity',
    over: 'mean',
    seeds: FIGURE_SEEDS,
    atLeast: 70.3 - FIGURE_TOLERANCE,
  },
  {
    contender: QUOTA_AWARE,
    scenarios: KNOWN_LIMITS,
    measure: 'vendor refusals per 100',
    over: 'mean',
    atMost: 0.3,
  },
  {
    contender: QUOTA_AWARE,
    scenarios: UNKNOWN_BURST,
    measure: 'vendor refusals per 100',
    over: 'mean',
    atMost: 0.5,
  },
  {
    contender: QUOTA_AWARE,
    scenarios: [...KNOWN_LIMITS, ...UNKNOWN_BURST],
    measure: 'over-admissions',
    over: 'each',
    atMost: 0,
  },
  { contender: QUOTA_AWARE, scenarios: ['N'], measure: 'refused', over: 'each', atMost: 1 },
  { contender: QUOTA_AWARE, scenarios: ['N'], measure: 'wait p99, ms', over: 'each', atMost: 10 },
  ...[ARTICLE, ARTICLE_REFUSALS].flatMap((contender): Bar[] => [
    ...besideOracle(contender, ARTICLE_SCENARIOS),
    {
      contender,
      scenarios: ARTICLE_SCENARIOS,
      measure: 'vendor refusals per 100',
      over: 'mean',
      atMost: 0.5,
    },
  ]),
];

/** NaN where the trial has no such number: a bar on it is then missed. */
const VALUES: Readonly<Record<Measure, (pair: Pair) => number>> = {
  'refused over oracle': ({ own, oracle }) => own.refused - oracle.refused,
  'goodput under oracle': ({ own, oracle }) => oracle.goodput - own.goodput,
  refused: ({ own }) => own.refused,
  goodput: ({ own }) => own.goodput,
  'vendor refusals per 100': ({ own }) => own.vendorRefusals,
  'over-admissions': ({ overAdmissions = Number.NaN }) => overAdmissions,
  'wait p99, ms': ({ own }) => own.waitP99Ms,
  'light tenants served': ({ own }) => Math.min(...own.tenants.slice(1).map((t) => t.served)),
  'heavy tenant of capacity': ({ own }) => own.tenants[0]?.ofCapacity ?? Number.NaN,
};

export interface Verdict {
  readonly bar: Bar;
  readonly scenario: string;
  readonly load: number;
  /** The mean, or the worst of the seeds. */
  readonly value: number;
  /** Of the worst, where the bar is on every seed. */
  readonly seed?: number;
  /** How far the value is on the right side; negative when the bar is missed. */
  readonly margin: number;
  readonly holds: boolean;
}

/** One verdict for each bar, scenario and load that ran. */
export const judge = (pairs: readonly Pair[], bars: readonly Bar[] = BARS): Verdict[] =>
  bars.flatMap((bar) =>
    bar.scenarios.flatMap((scenario) => {
      const own = pairs.filter((pair) => isMeant(bar, scenario, pair));
      const loads = [...new Set(own.map(({ load }) => load))];
      return loads.map((load) =>
        judgeOne(
          bar,
          own.filter((pair) => pair.load === load),
        ),
      );
    }),
  );

const isMeant = (bar: Bar, scenario: string, pair: Pair): boolean =>
  pair.contender === bar.contender &&
  pair.scenario === scenario &&
  (bar.loads?.includes(pair.load) ?? true) &&
  pair.seed <= (bar.seeds ?? Infinity);

/** Sums of floating numbers are off by less. */
const EPSILON = 1e-9;

const judgeOne = (bar: Bar, pairs: readonly Pair[]): Verdict => {
  const { scenario, load } = pairs[0]!;
  const trials = pairs.map((pair) => ({ value: VALUES[bar.measure](pair), seed: pair.seed }));
  const marginOf = (value: number): number =>
    bar.atMost === undefined ? value - (bar.atLeast ?? -Infinity) : bar.atMost - value;
  const mean = trials.reduce((sum, { value }) => sum + value, 0) / trials.length;
  const worst = trials.reduce((a, b) => (marginOf(a.value) <= marginOf(b.value) ? a : b));
  const judged = bar.over === 'mean' ? { value: mean } : worst;
  const margin = marginOf(judged.value);
  return { bar, scenario, load, ...judged, margin, holds: margin >= -EPSILON };
};
