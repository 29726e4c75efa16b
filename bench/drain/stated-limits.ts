import type { Limit } from '#ledger/limit.ts';
import type { KeyLimits, Scenario } from './scenarios.ts';

const MINUTE_MS = 60_000;
/** Of fixed windows: requests are counted in windows of this length. */
const FIXED_REQUESTS_MS = 10_000;

/** A key's limits as an operator would write them into the config. */
export const statedLimits = (
  { tpm, rpm, phaseMs = 0 }: KeyLimits,
  { refill, burstIsKnown, requestBurstMs, isUnlimited }: Scenario,
): Limit[] => {
  if (isUnlimited) return [];
  const tokens = { dimension: 'tokens', amount: tpm, windowMs: MINUTE_MS } as const;
  if (refill === 'linear')
    return [
      { ...tokens, refill },
      {
        dimension: 'requests',
        amount: rpm,
        windowMs: MINUTE_MS,
        refill,
        ...(burstIsKnown && { burstMs: requestBurstMs }),
      },
    ];
  const perWindow = Math.max(1, Math.ceil((rpm * FIXED_REQUESTS_MS) / MINUTE_MS));
  const startsAt = -phaseMs;
  return [
    { ...tokens, refill, startsAt },
    { dimension: 'requests', amount: perWindow, windowMs: FIXED_REQUESTS_MS, refill, startsAt },
  ];
};
