import { expect, it } from 'vitest';
import { roundRobin } from '../drain/litellm/round-robin.ts';
import { litellm } from './litellm.ts';
import { missed, table } from './report.ts';
import { spillway } from './spillway.ts';
import { runTrial } from './trial.ts';

/** Long enough for the first outage. */
const SHORT = { seed: 1, traceMs: 180_000 };

it('keeps its bars in a short storm', async () => {
  const trial = await runTrial(spillway('quota-aware'), SHORT);
  const row = { name: 'spillway', trials: [trial], isJudged: true };
  expect(missed(row)).toEqual([]);
  expect(trial.outages).toHaveLength(1);
  expect(trial.revokedCalls).toBe(1);
  expect(table([row])).toMatch(/\| spillway +\|.*\| +held \|$/);
});

it('tells who misses a bar', async () => {
  const trial = await runTrial(litellm(roundRobin), SHORT);
  const row = { name: 'litellm', trials: [trial], isJudged: true };
  expect(missed(row)).toContain('time to eject');
  const poor = { ...trial, served: 0, moreCalls: trial.requests, outages: [] };
  expect(missed({ ...row, trials: [poor] })).toEqual(['served', 'retries']);
});
