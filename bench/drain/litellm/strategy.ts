import type { BenchRequest } from '../trace.ts';

/** How a key is chosen among those that are not cooling down. One object per trial. */
export interface Strategy {
  /** `healthy` is never empty. Undefined: none of them will do. */
  pick(request: BenchRequest, healthy: readonly number[]): number | undefined;
  /** A last check of its own books before the call; false is a 429 of the router itself. */
  enter?(key: number): boolean;
  began?(key: number): void;
  ended?(key: number, request: BenchRequest): void;
}
