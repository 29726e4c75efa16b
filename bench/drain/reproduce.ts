/** Whether the models of LiteLLM and the oracle give the figures that were published of them. */
import { markdownTable } from '../markdown-table.ts';
import type { Job, Pair } from './pairs.ts';
import { PUBLISHED, type PublishedCell } from './published.ts';

/** Points of a per cent that a cell may be off. */
const TOLERANCE = 1.5;

/** What has to run: each trace once, with everybody of whom a cell of it was published. */
export const reproductionJobs = (): Job[] => {
  const jobs = new Map<string, Job & { contenders: string[] }>();
  for (const { scenario, load, seeds, contender } of PUBLISHED) {
    for (let seed = 1; seed <= seeds; seed++) {
      const key = `${scenario} ${load} ${seed}`;
      const job = jobs.get(key) ?? { scenario, load, seed, ratioIsOne: true, contenders: [] };
      jobs.set(key, job);
      if (!job.contenders.includes(contender)) job.contenders.push(contender);
    }
  }
  return [...jobs.values()];
};

export interface Reproduction {
  readonly table: string;
  /** Points, of the cell that is furthest off. */
  readonly worst: number;
  readonly cells: number;
  /** Cells that are off by more than the tolerance. */
  readonly out: number;
}

export const compare = (pairs: readonly Pair[]): Reproduction => {
  const compared = PUBLISHED.flatMap((cell) => compareCell(cell, pairs));
  const rows = compared.map(({ cell, figure, ours, theirs }) => [
    `${cell.scenario} ${Math.round(100 * cell.load)} % ${cell.contender}: ${figure}`,
    ours.toFixed(1),
    theirs.toFixed(1),
    `${ours < theirs ? '−' : '+'}${Math.abs(ours - theirs).toFixed(1)}`,
    Math.abs(ours - theirs) > TOLERANCE ? 'OUT' : '',
  ]);
  const off = compared.map(({ ours, theirs }) => Math.abs(ours - theirs));
  return {
    table: markdownTable([['cell, %', 'ours', 'published', 'difference', 'verdict'], ...rows]),
    worst: Math.max(...off),
    cells: off.length,
    out: off.filter((points) => !(points <= TOLERANCE)).length,
  };
};

const FIGURES = {
  goodput: ({ own }: Pair) => own.goodput,
  refused: ({ own }: Pair) => own.refused,
  lightServed: ({ own }: Pair) => own.tenants[1]?.served ?? Number.NaN,
} as const;

const compareCell = (cell: PublishedCell, pairs: readonly Pair[]) => {
  const own = pairs.filter(
    ({ scenario, load, contender, seed }) =>
      scenario === cell.scenario &&
      load === cell.load &&
      contender === cell.contender &&
      seed <= cell.seeds,
  );
  const figures = ['goodput', 'refused', 'lightServed'] as const;
  return figures.flatMap((figure) => {
    const theirs = cell[figure];
    if (theirs === undefined) return [];
    return [{ cell, figure, theirs, ours: mean(own.map(FIGURES[figure])) }];
  });
};

const mean = (numbers: readonly number[]): number =>
  numbers.reduce((a, b) => a + b, 0) / numbers.length;
