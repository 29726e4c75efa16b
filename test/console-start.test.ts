import { expect, it } from 'vitest';
import type { NodeRun } from '../console/data/run-progress.ts';
import { placeOf } from '../console/features/start/place.ts';

const ranOn = (...deployments: string[]) => ({
  state: 'succeeded' as const,
  nodes: new Map<string, NodeRun>(
    deployments.map((deployment, i) => [String(i), { state: 'succeeded', text: '', deployment }]),
  ),
});

it.each([
  ['done', ['PJ1', 'PJ2', 'PJ3', 'PJ3', 'PJ2', 'PJ1']],
  ['uneven', ['PJ2', 'PJ2', 'PJ2', 'PJ3', 'PJ3', 'PJ3']],
  ['uneven', ['PJ1', 'PJ2', 'PJ2', 'PJ3', 'PJ3', 'PJ3']],
  ['uneven', []],
])('the scene is told as it went: %s', (place, deployments) => {
  expect(placeOf(3, ranOn(...deployments))).toBe(place);
});
