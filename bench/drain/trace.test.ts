import { expect, test } from 'vitest';
import { capacityTokensPerS, type Scenario, SCENARIOS } from './scenarios.ts';
import { createTrace, TRACE_MS } from './trace.ts';
import { MEAN_TOKENS, upfrontTokens } from './workload.ts';

const named = (id: string): Scenario => SCENARIOS.find((scenario) => scenario.id === id)!;

test('the mean request is the one that the published figures are about', () => {
  expect(MEAN_TOKENS.upfront).toBeCloseTo(4821, -1);
  expect(MEAN_TOKENS.used).toBeLessThan(MEAN_TOKENS.upfront);
});

test('the same seed gives the same trace, another seed another one', () => {
  const trial = { scenario: named('Ab'), load: 0.5, seed: 7 };
  expect(createTrace(trial)).toEqual(createTrace(trial));
  expect(createTrace({ ...trial, seed: 8 })).not.toEqual(createTrace(trial));
});

test.each(['A', 'Ab', 'G10'])('%s offers the load that it is asked for, on average', (id) => {
  const scenario = named(id);
  let tokens = 0;
  for (let seed = 1; seed <= 5; seed++) {
    const trace = createTrace({ scenario, load: 0.8, seed });
    tokens += trace.reduce((sum, request) => sum + upfrontTokens(request), 0);
  }
  const load = tokens / 5 / (capacityTokensPerS(scenario) * (TRACE_MS / 1000));
  expect(load).toBeGreaterThan(0.72);
  expect(load).toBeLessThan(0.88);
});

test('requests are numbered in the order of their arrival', () => {
  const trace = createTrace({ scenario: named('G1'), load: 1, seed: 1 });
  expect(trace.every(({ index }, i) => index === i)).toBe(true);
  expect(trace.every(({ atMs }, i) => i === 0 || atMs >= trace[i - 1]!.atMs)).toBe(true);
});

test('batches are 20 large on average, 5 ms apart', () => {
  const trace = createTrace({ scenario: named('G1'), load: 0.1, seed: 1 });
  const gaps = trace.slice(1).map(({ atMs }, i) => atMs - trace[i]!.atMs);
  const inside = gaps.filter((gap) => Math.abs(gap - 5) < 1e-6).length;
  expect(inside / gaps.length).toBeGreaterThan(0.9);
});

test('bytes hide the vendor’s ratio, unless it is one', () => {
  const trial = { scenario: named('A'), load: 0.5, seed: 1 };
  const guess = { prose: 4, code: 4, japanese: 3 };
  const ratios = createTrace(trial)
    .filter(({ promptTokens }) => promptTokens > 500)
    .map(({ promptTokens, promptBytes, script }) => (promptTokens * guess[script]) / promptBytes);
  expect(Math.min(...ratios)).toBeGreaterThan(0.69);
  expect(Math.min(...ratios)).toBeLessThan(0.75);
  expect(Math.max(...ratios)).toBeLessThan(1.61);
  expect(Math.max(...ratios)).toBeGreaterThan(1.5);
  const plain = createTrace({ ...trial, ratioIsOne: true });
  expect(plain.every(({ promptTokens, promptBytes }) => promptBytes === 4 * promptTokens)).toBe(
    true,
  );
});

test('tenants have their shares', () => {
  const trace = createTrace({ scenario: named('F'), load: 1.6, seed: 1 });
  const heavy = trace.filter(({ tenant }) => tenant === 0).length / trace.length;
  expect(heavy).toBeCloseTo(1.3 / 1.6, 1);
  expect(new Set(trace.map(({ tenant }) => tenant))).toEqual(new Set([0, 1, 2]));
});
