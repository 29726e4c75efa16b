import type { Random } from '#core/random.ts';
import type { Admission } from '#simulator/admission.ts';
import type { Gauge } from '#simulator/limit.ts';
import type { EventClock } from '#core/event-clock.ts';
import type { Scenario } from './scenarios.ts';
import type { BenchRequest } from './trace.ts';
import type { VendorKey } from './vendor.ts';

/**
 * Whoever spreads the requests over the keys. For each one submitted it must bring the vendor to a
 * yes through `World.call`, or give it up with `World.refuse`, within its deadline and once.
 */
export interface Contender {
  submit(request: BenchRequest): void;
  /** Reservations that its own books had no room for; absent where it keeps none. */
  overAdmissions?(): number;
}

/** One trial as a contender sees it. */
export interface World {
  readonly clock: EventClock;
  readonly scenario: Scenario;
  /** The contender's own draws. */
  readonly random: Random;
  /** The vendor's side, one per key of the scenario. Only an oracle may look into it. */
  readonly vendor: readonly VendorKey[];
  /** Sends the request with this key; the vendor's answer is known at once and counted. */
  call(key: number, request: BenchRequest, hears?: Hears): Admission;
  /** The limits as the headers of an answer that came from this key now would tell them. */
  shown(key: number): Gauge[];
  /** Tells the client that it gets no answer. */
  refuse(request: BenchRequest): void;
}

/** What a caller hears later of a call that was admitted. */
export interface Hears {
  /** The last byte has come, and the vendor has settled. */
  ended(): void;
}

export type CreateContender = (world: World) => Contender;
