/**
 * Figures that an earlier, independent simulation of the same workload gave for LiteLLM's strategies
 * and for the oracle, per cent: means over the seeds 1 to `seeds`. Models that do not meet them are wrong.
 */
export interface PublishedCell {
  readonly scenario: string;
  readonly contender: string;
  readonly load: number;
  readonly seeds: number;
  readonly goodput?: number;
  readonly refused?: number;
  /** Of the requests of the first light tenant. */
  readonly lightServed?: number;
}

const LOADS = [50, 80, 95, 100, 120, 200];

interface Row {
  readonly loads?: readonly number[];
  readonly seeds?: number;
}

/** `cells`: goodput/refused for each load. */
const row = (
  scenario: string,
  contender: string,
  { cells, loads = LOADS, seeds = 5 }: Row & { readonly cells: string },
): PublishedCell[] =>
  cells.split(' ').map((cell, i) => {
    const [goodput, refused] = cell.split('/').map(Number);
    return {
      scenario,
      contender,
      load: loads[i]! / 100,
      seeds,
      ...(goodput !== undefined && { goodput }),
      ...(refused !== undefined && { refused }),
    };
  });

/** One scenario's table: the contender, then its cells. */
const table = (scenario: string, rows: Readonly<Record<string, string>>, of: Row = {}) =>
  Object.entries(rows).flatMap(([contender, cells]) => row(scenario, contender, { ...of, cells }));

const UNIFORM = 'simple-shuffle';
const BY_RPM = 'simple-shuffle by rpm';
const USAGE = 'usage-based-routing-v2';
const BUSY = 'least-busy';
const ROBIN = 'round-robin';

const AT_95 = { loads: [95] };
const TO_100 = { loads: [50, 80, 95, 100] };
const KNOBS = { loads: [95], seeds: 3 };

/** What other settings of LiteLLM's shuffle come to at 95 % load. */
const knobs = (scenario: string, cells: string): PublishedCell[] => {
  const contenders = [
    BY_RPM,
    'by rpm, cooldown = retry-after',
    'by rpm, no cooldown',
    'by rpm, 5 retries',
    'by rpm, cooldown 60 s',
  ];
  return cells
    .split(' ')
    .flatMap((cell, i) => row(scenario, contenders[i]!, { ...KNOBS, cells: cell }));
};

export const PUBLISHED: readonly PublishedCell[] = [
  ...table('A', {
    [UNIFORM]: '100/0 100/0 100/0 100/0 100.1/12.6 100/44.9',
    [BY_RPM]: '100/0 100/0 100/0 100/0 100.1/12.6 100/44.9',
    [USAGE]: '100/0 100/0 100/0 100/0 100.2/11.8 100.3/44.2',
    [BUSY]: '100/0 100/0 100/0 100/0 100/12.6 100/45.3',
    [ROBIN]: '100/0 100/0 100/0 100/0 100.1/12.6 99.9/45.2',
    oracle: '100/0 100/0 100/0 100/0 102.4/14.4 100.1/49.9',
  }),
  ...table('Ab', {
    [UNIFORM]: '100/0 97.8/2.1 88.7/11.3 87.1/14.2 84.6/25.3 95.4/48.8',
    [BY_RPM]: '100/0 97.8/2.1 88.7/11.3 87.1/14.2 84.6/25.3 95.4/48.8',
    [USAGE]: '100/0 95.1/4.7 85.8/14.3 83.8/17.4 81.9/27.5 94.3/49.8',
    [BUSY]: '100/0 98/1.9 88.8/11.3 87.2/14.2 84.6/25.1 95.2/49.2',
    [ROBIN]: '100/0 98/1.8 89/11.3 87/14.4 84.5/25.2 95/49.2',
    oracle: '100/0 100/0 97.9/2.7 96.5/5.5 95.4/15.6 100.4/46.9',
  }),
  ...table('As', {
    [UNIFORM]: '100/0 93.1/6 85.1/14.5 84.1/17.6 80.7/27.7 92.9/49.4',
    [USAGE]: '100/0 89/10.1 80.8/18.9 78.7/22.1 76.9/31.5 88.1/52.4',
    [BUSY]: '100/0 94.1/5.6 85.6/14.1 83.6/17 81.8/27.5 93.1/49.2',
    [ROBIN]: '100/0 94.4/4.9 86.4/13.3 84.2/17 81.8/27.3 92.6/49.2',
  }),
  ...table('Bb', {
    [UNIFORM]: '100/0 97/2.8 88/12 86/15.2 83.2/25.8 93.3/49.5',
    [BY_RPM]: '100/0 97.7/2.1 88.6/11.8 86.8/14.6 84.6/25.4 95/49.2',
    [USAGE]: '100/0 95.2/4.3 85.8/14.3 84.2/17.3 81.6/27.7 91.8/50.6',
    [BUSY]: '100/0 96.9/2.8 88.2/12 86.1/14.9 83.4/26 93.4/49.6',
    [ROBIN]: '100/0 97.3/2.7 88.2/11.9 86.5/14.9 83.6/25.8 93.8/49.5',
  }),
  ...table('K', {
    [UNIFORM]: '100/0 85.1/12.4 71.6/24.6 67.9/28.1 67.6/39.4 66.2/63.3',
    [BY_RPM]: '100/0 86.2/11.7 72.5/24.4 68.5/28.2 67.6/39.5 66.6/63.4',
    [USAGE]: '100/0 83.7/12.9 70.6/24.7 66.1/29 65.5/40.1 64.9/63.8',
    [BUSY]: '100/0 85.2/12.1 71.5/24.4 67.6/27.8 66.8/39.4 66.1/63.1',
  }),
  ...table('Kb', { [BY_RPM]: '69.2 61.6 59.9' }, { loads: [80, 95, 100] }),
  ...table(
    'G10',
    {
      [UNIFORM]: '98.9/1.1 93.8/6 91.6/9.2 94.1/9.1',
      [USAGE]: '97.8/2.2 90.6/9.3 87.7/13.1 90.4/12.6',
    },
    TO_100,
  ),
  ...table(
    'G1',
    {
      [UNIFORM]: '26.1/73.7 19.8/80.2 18.8/81.5 18.7/81.9',
      [BUSY]: '26.6/73.3 20.1/79.9 19.1/81.1 19/81.6',
    },
    TO_100,
  ),
  ...table('C', { [UNIFORM]: '89.1/11' }, AT_95),
  ...table('D', { [UNIFORM]: '98.7/1.3' }, AT_95),
  { scenario: 'H', contender: BY_RPM, load: 0.95, seeds: 5, refused: 9 },
  { scenario: 'F', contender: UNIFORM, load: 1.6, seeds: 5, lightServed: 67.8 },
  ...knobs('Ab', '88.2/12.2 89.5/10.5 89.8/10.1 88.1/12.3 50.2/50.5'),
  ...knobs('G1', '18.3/82.2 35.2/65.3 43/58 18.2/82.2 2.2/97.8'),
  ...knobs('K', '72.4/24.6 73.2/20.6 77.4/8.7 72.4/25.4 31.4/68.4'),
];
