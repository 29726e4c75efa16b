import { expect, test } from 'vitest';
import { readArguments } from './arguments.ts';

test('without arguments everything runs, variants of settings apart', () => {
  const { scenarios, loads, seeds, contenders } = readArguments([]);
  expect(scenarios.length).toBeGreaterThan(15);
  expect(loads).toBeUndefined();
  expect(seeds).toBe(20);
  expect(contenders).toContain('oracle');
  expect(contenders).not.toContain('by rpm, 5 retries');
});

test('scenarios by name or by group, loads in per cent', () => {
  const { scenarios, loads } = readArguments(['--scenario', 'Ab,P,Q5', '--load', '95,120']);
  expect(scenarios.map(({ id }) => id)).toEqual(['Ab', 'P1', 'P10', 'P60', 'Q5']);
  expect(loads).toEqual([0.95, 1.2]);
});

test.each([
  [['--scenario', 'X'], '--scenario takes some of A, Ab'],
  [['--load', 'full'], '--load takes per cent'],
  [['--seeds', '0'], '--seeds takes a whole number from 1 on'],
  [['--policy', 'best'], '--policy takes some of quota-aware'],
  [['--write', '--quick'], '--write needs a full run'],
  [['--fast'], "Unknown option '--fast'"],
])('%j is turned down', (args, message) => {
  expect(() => readArguments(args)).toThrow(message);
});
