import { usedTokens } from '../workload.ts';
import type { Strategy, StrategyWorld } from './strategy.ts';

/**
 * The key that has used the fewest tokens in this minute of the clock, in absolute numbers. Tokens
 * are entered when a call has ended; requests when it begins, after the choice was made.
 */
export const usageBasedV2 = ({ clock, random, scenario: { keys } }: StrategyWorld): Strategy => {
  const tokens = keys.map(() => 0);
  const requests = keys.map(() => 0);
  let minute = 0;
  const forgetLastMinute = (): void => {
    const now = Math.floor(clock.now() / 60_000);
    if (now === minute) return;
    minute = now;
    tokens.fill(0);
    requests.fill(0);
  };
  return {
    pick({ promptTokens }, healthy) {
      forgetLastMinute();
      const fitting = healthy.filter((key) => tokens[key]! + promptTokens <= keys[key]!.tpm);
      const least = Math.min(...fitting.map((key) => tokens[key]!));
      const lowest = fitting.filter((key) => tokens[key] === least);
      if (lowest.length === 0) return undefined;
      return lowest[Math.floor(random() * lowest.length)];
    },
    enter(key) {
      if (requests[key]! >= keys[key]!.rpm) return false;
      requests[key]! += 1;
      return true;
    },
    ended(key, request) {
      forgetLastMinute();
      tokens[key]! += usedTokens(request);
    },
  };
};
