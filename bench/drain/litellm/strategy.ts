import type { Clock } from '#core/clock.ts';
import type { Random } from '#core/random.ts';
import type { KeyLimits } from '../scenarios.ts';
import type { Call } from '../workload.ts';

/** What a strategy knows of the trial that it is in. */
export interface StrategyWorld {
  readonly clock: Clock;
  readonly random: Random;
  readonly scenario: { readonly keys: readonly KeyLimits[] };
}

/** How a key is chosen among those that are not cooling down. One object per trial. */
export interface Strategy {
  /** `healthy` is never empty. Undefined: none of them will do. */
  pick(request: Call, healthy: readonly number[]): number | undefined;
  /** A last check of its own books before the call; false is a 429 of the router itself. */
  enter?(key: number): boolean;
  began?(key: number): void;
  ended?(key: number, request: Call): void;
}
