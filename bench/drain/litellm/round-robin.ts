import type { Strategy } from './strategy.ts';

export const roundRobin = (): Strategy => {
  let turn = 0;
  return { pick: (_, healthy) => healthy[turn++ % healthy.length] };
};
