/**
 * What could be done at best: all limits in one key, whose state and whose charges are known, with
 * the same patience. First come, first served; who could not be served in time is turned away at once.
 */
import type { Contender, CreateContender, World } from './contender.ts';
import type { BenchRequest } from './trace.ts';
import type { VendorKey } from './vendor.ts';
import { upfrontTokens } from './workload.ts';

/** Of the deadline: a request that is likely to wait longer is turned away when it comes. */
const PATIENCE = 0.9;

/** The measured drain forgets with this time constant, and counts from so many departures on. */
const DRAIN_MEMORY_MS = 20_000;
const DRAIN_LEAST_DEPARTURES = 5;

/** The world's scenario must be one of a single key. */
export const oracle: CreateContender = (world) => new Oracle(world);

class Oracle implements Contender {
  readonly #world: World;
  readonly #key: VendorKey;
  readonly #tokensPerMs: number;
  readonly #queue: BenchRequest[] = [];
  #queuedTokens = 0;
  /** When the present alarm rings; Infinity when none is set. */
  #alarmMs = Infinity;
  readonly #drain = { tokens: 0, requests: 0, atMs: 0 };

  constructor(world: World) {
    this.#world = world;
    this.#key = world.vendor[0]!;
    this.#tokensPerMs = world.scenario.keys[0]!.tpm / 60_000;
  }

  submit(request: BenchRequest): void {
    const { deadlineMs } = this.#world.scenario;
    if (this.#predictedWaitMs() > PATIENCE * deadlineMs) return this.#world.refuse(request);
    this.#queue.push(request);
    this.#queuedTokens += upfrontTokens(request);
    this.#serve();
  }

  /** The worse of what the limits promise and what the last seconds have shown. */
  #predictedWaitMs(): number {
    const now = this.#world.clock.now();
    const missing = this.#queuedTokens - Math.max(0, this.#key.tokensLeft(now));
    const promisedMs = Math.max(0, missing / this.#tokensPerMs);
    if (this.#queue.length === 0) return promisedMs;
    const { tokens, requests } = this.#drained();
    if (requests <= DRAIN_LEAST_DEPARTURES) return promisedMs;
    return Math.max(
      promisedMs,
      (this.#queuedTokens / tokens) * DRAIN_MEMORY_MS,
      (this.#queue.length / requests) * DRAIN_MEMORY_MS,
    );
  }

  #serve(): void {
    const now = this.#world.clock.now();
    for (let head = this.#queue[0]; head !== undefined; head = this.#queue[0]) {
      const waitMs = this.#key.waitMs(head, now);
      const deadlineMs = head.atMs + this.#world.scenario.deadlineMs;
      if (waitMs > 0 && now < deadlineMs) return this.#wakeAt(Math.min(now + waitMs, deadlineMs));
      this.#queue.shift();
      this.#queuedTokens -= upfrontTokens(head);
      if (waitMs > 0) this.#world.refuse(head);
      else this.#send(head);
    }
  }

  #send(request: BenchRequest): void {
    const drained = this.#drained();
    drained.tokens += upfrontTokens(request);
    drained.requests += 1;
    const { admitted } = this.#world.call(0, request, { ended: () => this.#serve() });
    if (!admitted) throw new Error('The oracle was refused: it does not know the limits.');
  }

  #drained(): { tokens: number; requests: number } {
    const now = this.#world.clock.now();
    const kept = Math.exp((this.#drain.atMs - now) / DRAIN_MEMORY_MS);
    this.#drain.tokens *= kept;
    this.#drain.requests *= kept;
    this.#drain.atMs = now;
    return this.#drain;
  }

  #wakeAt(atMs: number): void {
    const now = this.#world.clock.now();
    if (this.#alarmMs > now && this.#alarmMs <= atMs) return;
    this.#alarmMs = atMs;
    this.#world.clock.at(atMs, () => this.#serve());
  }
}
