import { expect, test } from 'vitest';
import { CONTENDERS } from './contenders.ts';
import { runJob } from './pairs.ts';
import { PUBLISHED } from './published.ts';
import { compare, reproductionJobs } from './reproduce.ts';
import { SCENARIOS } from './scenarios.ts';

test('every published cell is of a scenario, a load and a contender that exist', () => {
  for (const cell of PUBLISHED) {
    const scenario = SCENARIOS.find(({ id }) => id === cell.scenario);
    expect(scenario?.loads).toContain(cell.load);
    expect(CONTENDERS.map(({ name }) => name)).toContain(cell.contender);
  }
});

test('each trace runs once', () => {
  const traces = reproductionJobs().map((job) => `${job.scenario} ${job.load} ${job.seed}`);
  expect(new Set(traces).size).toBe(traces.length);
});

test('a cell that did not run counts as out', async () => {
  const jobs = reproductionJobs().filter(({ scenario, load }) => scenario === 'As' && load === 0.5);
  const pairs = (await Promise.all(jobs.map(runJob))).flat();
  const { cells, out, table } = compare(pairs);
  const met = PUBLISHED.filter(({ scenario, load }) => scenario === 'As' && load === 0.5);
  expect(cells - out).toBe(2 * met.length);
  expect(table).toContain('NaN');
});
