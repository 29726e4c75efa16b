import { describe, expect, test } from 'vitest';
import { CONTENDERS, ORACLE } from './contenders.ts';
import type { World } from './contender.ts';
import { pooled, type Scenario, SCENARIOS } from './scenarios.ts';
import { summarise } from './summary.ts';
import { type BenchRequest, createTrace } from './trace.ts';
import { runTrial, type TrialResult } from './trial.ts';

const named = (id: string): Scenario => SCENARIOS.find((scenario) => scenario.id === id)!;
const seed = 1;

const play = (
  scenario: Scenario,
  { name, load = 0.95 }: { name: string; load?: number },
): Promise<TrialResult> => {
  const { create, isPooled = false } = CONTENDERS.find((entry) => entry.name === name)!;
  const trace = createTrace({ scenario, load, seed });
  return runTrial({ scenario: isPooled ? pooled(scenario) : scenario, trace, seed }, create);
};

test('the oracle is never refused by the vendor, and loses nothing that is offered in time', async () => {
  const scenario = named('As');
  const trace = createTrace({ scenario, load: 0.95, seed });
  const { outcomes } = await play(scenario, { name: ORACLE.name });
  expect(Math.max(...outcomes.vendorRefusals)).toBe(0);
  const { refused, waitP99Ms } = summarise({ scenario, trace, outcomes, fromMs: 300_000 });
  expect(refused).toBeLessThan(5);
  expect(waitP99Ms).toBeLessThanOrEqual(scenario.deadlineMs);
});

test('a deadline of 0 leaves the oracle no waiting', async () => {
  const { outcomes } = await play(named('Q0'), { name: ORACLE.name, load: 2 });
  const waits = outcomes.waitsMs.filter((ms) => ms > 0);
  expect(waits).toHaveLength(0);
  expect(outcomes.waitsMs.some((ms) => ms === 0)).toBe(true);
});

test('a key that refused takes nothing for five seconds, from nobody', async () => {
  const scenario: Scenario = { ...named('A'), keys: named('A').keys.slice(0, 2) };
  const calls: { key: number; atMs: number; admitted: boolean }[] = [];
  const trace = createTrace({ scenario, load: 2, seed }).slice(0, 4000);
  const { create } = CONTENDERS.find(({ name }) => name === 'round-robin')!;
  await runTrial({ scenario, trace, seed }, (world) => create(watching(world, calls)));
  const refusals = calls.filter(({ admitted }) => !admitted);
  expect(refusals.length).toBeGreaterThan(10);
  for (const { key, atMs } of refusals) {
    const next = calls.find((call) => call.key === key && call.atMs > atMs);
    expect((next?.atMs ?? Infinity) - atMs).toBeGreaterThanOrEqual(5000 - 1e-6);
  }
});

const watching = (
  world: World,
  calls: { key: number; atMs: number; admitted: boolean }[],
): World => ({
  ...world,
  call(key, request, hears) {
    const admission = world.call(key, request, hears);
    calls.push({ key, atMs: world.clock.now(), admitted: admission.admitted });
    return admission;
  },
});

describe('a contender is held to its word', () => {
  const scenario = named('As');
  const trace = createTrace({ scenario, load: 0.5, seed }).slice(0, 50);
  const run = (submit: (world: World, request: BenchRequest) => void): Promise<TrialResult> =>
    runTrial({ scenario, trace, seed }, (world) => ({
      submit: (request) => submit(world, request),
    }));

  test('every request has an end', async () => {
    await expect(run(() => undefined)).rejects.toThrow('50 of 50 requests had no end');
  });

  test('and only one', async () => {
    const twice = run((world, request) => {
      world.refuse(request);
      world.refuse(request);
    });
    await expect(twice).rejects.toThrow('Request 0 was refused already.');
    const both = run((world, request) => {
      world.call(0, request);
      world.refuse(request);
    });
    await expect(both).rejects.toThrow('Request 0 was served already.');
  });
});

test('a hidden consumer takes half of what one key gets back', async () => {
  const left: number[] = [];
  await runTrial({ scenario: named('H'), trace: [], seed }, ({ clock, vendor }) => {
    clock.at(10_501, () => left.push(...vendor.map((key) => key.tokensLeft(clock.now()))));
    return { submit: () => undefined };
  });
  const [first, ...others] = left;
  // It took half a second's worth just before.
  expect(1_000_000 - first!).toBeCloseTo(1_000_000 / 60 / 2, -2);
  expect(others).toEqual([1_000_000, 1_000_000]);
});
