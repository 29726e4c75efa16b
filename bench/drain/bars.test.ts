import { expect, test } from 'vitest';
import { BARS, type Bar, judge, QUOTA_AWARE } from './bars.ts';
import type { Pair } from './pairs.ts';
import { SCENARIOS } from './scenarios.ts';
import type { Summary } from './summary.ts';

const summary = (own: Partial<Summary>): Summary => ({
  requests: 1000,
  goodput: 100,
  refused: 0,
  largeRefused: 0,
  vendorRefusals: 0,
  waitP50Ms: 0,
  waitP99Ms: 0,
  tenants: [],
  ...own,
});

const pair = (seed: number, refused: number, own: Partial<Pair> = {}): Pair => ({
  scenario: 'Ab',
  load: 0.95,
  seed,
  contender: QUOTA_AWARE,
  own: summary({ refused }),
  oracle: summary({ refused: 2 }),
  events: 0,
  ...own,
});

const bar = (own: Partial<Bar>): Bar => ({
  contender: QUOTA_AWARE,
  scenarios: ['Ab'],
  measure: 'refused over oracle',
  over: 'mean',
  atMost: 0.5,
  ...own,
});

test('a bar on the mean lets one seed be worse', () => {
  const [verdict] = judge([pair(1, 2), pair(2, 2.8)], [bar({})]);
  expect(verdict).toMatchObject({ scenario: 'Ab', load: 0.95, holds: true });
  expect(verdict!.value).toBeCloseTo(0.4);
  expect(verdict!.margin).toBeCloseTo(0.1);
});

test('a bar on each seed names the worst', () => {
  const [verdict] = judge([pair(1, 2), pair(2, 2.8)], [bar({ over: 'each' })]);
  expect(verdict).toMatchObject({ seed: 2, holds: false });
  expect(verdict!.margin).toBeCloseTo(-0.3);
});

test('a bar from below, at some loads, on some seeds', () => {
  const served = bar({ measure: 'goodput', loads: [0.8], seeds: 1 });
  const { atMost: _, ...rest } = served;
  const pairs = [
    pair(1, 0, { load: 0.8, own: summary({ goodput: 99 }) }),
    pair(2, 0, { load: 0.8, own: summary({ goodput: 0 }) }),
    pair(1, 0, { own: summary({ goodput: 0 }) }),
  ];
  expect(judge(pairs, [{ ...rest, atLeast: 99 }])).toMatchObject([{ load: 0.8, holds: true }]);
  expect(judge(pairs, [{ ...rest, atLeast: 99.1 }])).toMatchObject([{ holds: false }]);
});

test('a number that nobody measured misses its bar', () => {
  const books = bar({ measure: 'over-admissions', over: 'each', atMost: 0 });
  expect(judge([pair(1, 0)], [books])).toMatchObject([{ holds: false }]);
  expect(judge([pair(1, 0, { overAdmissions: 0 })], [books])).toMatchObject([{ holds: true }]);
});

test('what did not run is not judged', () => {
  expect(judge([pair(1, 99, { contender: 'somebody else' })])).toEqual([]);
});

test('every bar is about scenarios and loads that exist, and has one limit', () => {
  for (const { scenarios, loads = [], atMost, atLeast } of BARS) {
    expect([atMost, atLeast].filter((limit) => limit !== undefined)).toHaveLength(1);
    for (const id of scenarios) {
      const scenario = SCENARIOS.find((known) => known.id === id);
      expect(scenario, id).toBeDefined();
      expect(loads.filter((load) => !scenario!.loads.includes(load))).toEqual([]);
    }
  }
});

test('every scenario has a bar', () => {
  const judged = new Set(BARS.flatMap(({ scenarios }) => scenarios));
  expect(SCENARIOS.map(({ id }) => id).filter((id) => !judged.has(id))).toEqual([]);
});
