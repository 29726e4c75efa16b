import type { EventClock } from '#core/event-clock.ts';
import type { Random } from '#core/random.ts';
import type { StormRequest } from './trace.ts';
import type { Heard } from './vendor.ts';

/** A call without a first byte by then is given up, ms: the same for all. */
export const FIRST_BYTE_MS = 10_000;
export const RETRIES = 2;

/** The storm as a contender sees it. */
export interface World {
  readonly clock: EventClock;
  /** The contender's own draws. */
  readonly random: Random;
  /** Sends the request with this key, and counts it. What is heard is heard later. */
  readonly call: (key: number, request: StormRequest) => Heard;
  /** The first byte has come. */
  readonly served: (request: StormRequest) => void;
  /** Its client gets no answer. */
  readonly failed: (request: StormRequest) => void;
}

export interface Contender {
  /** Brings the request to one of the two ends. */
  submit(request: StormRequest): void;
}

export type CreateContender = (world: World) => Contender;
