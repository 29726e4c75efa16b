import type { Strategy, StrategyWorld } from './strategy.ts';

/** Any healthy key, with equal chances. */
export const uniformShuffle = ({ random }: StrategyWorld): Strategy => ({
  pick: (_, healthy) => healthy[Math.floor(random() * healthy.length)],
});

/** By configured requests per minute, whatever has been used of them. */
export const rpmShuffle = ({ random, scenario: { keys } }: StrategyWorld): Strategy => ({
  pick(_, healthy) {
    const total = healthy.reduce((sum, key) => sum + keys[key]!.rpm, 0);
    let left = random() * total;
    for (const key of healthy) {
      left -= keys[key]!.rpm;
      if (left <= 0) return key;
    }
    return healthy.at(-1);
  },
});
