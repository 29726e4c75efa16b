import type { SceneRun } from '../../data/scene.ts';

export const STEPS = ['one', 'two', 'three'] as const;

/** Where the reader is: at a step, or at the end of the last one, well or not. */
export type Place = (typeof STEPS)[number] | 'done' | 'uneven' | 'failed';

/** Six calls, three keys. */
const EACH = 2;

export const placeOf = (
  step: number,
  { state, nodes }: Pick<SceneRun, 'state' | 'nodes'>,
): Place => {
  if (step < 3) return step === 1 ? 'one' : 'two';
  if (state === 'running' || state === 'idle') return 'three';
  if (state !== 'succeeded') return 'failed';
  const served = new Map<string, number>();
  for (const { deployment } of nodes.values())
    if (deployment !== undefined) served.set(deployment, (served.get(deployment) ?? 0) + 1);
  const isEven = served.size > 0 && [...served.values()].every((calls) => calls === EACH);
  return isEven ? 'done' : 'uneven';
};
