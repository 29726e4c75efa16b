import type { Strategy, StrategyWorld } from './strategy.ts';

/**
 * The key with the fewest calls under way among all of them; when that one is cooling down, any
 * healthy one instead of the next best.
 */
export const leastBusy = ({ random, scenario }: StrategyWorld): Strategy => {
  const inFlight = scenario.keys.map(() => 0);
  return {
    pick(_, healthy) {
      const least = inFlight.indexOf(Math.min(...inFlight));
      return healthy.includes(least) ? least : healthy[Math.floor(random() * healthy.length)];
    },
    began: (key) => void (inFlight[key]! += 1),
    ended: (key) => void (inFlight[key]! -= 1),
  };
};
