import type { AdmitRequest } from '#balancer/admit.ts';
import { SpillwayError } from '#core/errors.ts';
import type { MemoryPressure } from '#core/memory-pressure.ts';

export interface QueueLimits {
  readonly maxRequests: number;
  readonly maxBytes: number;
  /** Of each bound, what one key may take: 0 < share ≤ 1. */
  readonly tenantShare: number;
  /** Of what is served while both wait, what goes to batch requests at least: 0 ≤ share < 1. */
  readonly batchShare: number;
  /** How long a later `order` or a fallback is put off while the first choice may still have room, ms. */
  readonly beforeFallbackMs: number;
}

interface Taken {
  requests: number;
  bytes: number;
}

/** What of a request matters to whoever counts what waits. */
type Waits = Pick<AdmitRequest, 'tenant' | 'bytes' | 'priority'>;

/** How much may wait, in all and for one key. */
export class QueueRoom {
  readonly #limits: QueueLimits;
  readonly #memory: () => MemoryPressure;
  readonly #all: Taken = { requests: 0, bytes: 0 };
  readonly #keys = new Map<string, Taken>();

  constructor(limits: QueueLimits, memory: () => MemoryPressure = () => 'none') {
    this.#limits = limits;
    this.#memory = memory;
  }

  /** Throws SpillwayError `rate_limited` when there is no room left. */
  enter(request: Waits): void {
    const refusal = this.refusal(request);
    if (refusal) throw refusal;
    const { bytes } = request;
    const { key } = request.tenant;
    const own = this.#keys.get(key) ?? { requests: 0, bytes: 0 };
    add(this.#all, bytes, 1);
    add(own, bytes, 1);
    this.#keys.set(key, own);
  }

  /** Why one more of this key may not wait; nothing where it may. */
  refusal({ tenant: { key }, bytes, priority }: Waits): SpillwayError | undefined {
    const memory = this.#memory();
    if (memory === 'much' || (memory === 'some' && priority === 'batch')) return noMemory();
    const { maxRequests, maxBytes, tenantShare } = this.#limits;
    const own = this.#keys.get(key) ?? { requests: 0, bytes: 0 };
    const alone = this.#keys.size === 0 || (this.#keys.size === 1 && this.#keys.has(key));
    // A key that waits alone takes room from nobody.
    const share = alone ? 1 : tenantShare;
    if (this.#all.requests + 1 > maxRequests)
      return full('Too many requests are waiting for quota', 'max_requests');
    if (this.#all.bytes + bytes > maxBytes)
      return full('The requests that wait for quota are too large together', 'max_bytes');
    if (own.requests + 1 > maxRequests * share || own.bytes + bytes > maxBytes * share)
      return full('This key has too many requests waiting', 'tenant_share');
    return undefined;
  }

  leave({ tenant: { key }, bytes }: Waits): void {
    const own = this.#keys.get(key);
    if (!own) return;
    add(this.#all, -bytes, -1);
    add(own, -bytes, -1);
    if (own.requests === 0) this.#keys.delete(key);
  }
}

const add = (taken: Taken, bytes: number, requests: number): void => {
  taken.bytes += bytes;
  taken.requests += requests;
};

const noMemory = (): SpillwayError =>
  new SpillwayError(
    'rate_limited',
    'Memory runs short, and nobody can wait here; try again in a few seconds.',
    { retryAfterMs: 5_000 },
  );

const full = (what: string, setting: string): SpillwayError =>
  new SpillwayError(
    'rate_limited',
    `${what}; send fewer at a time, or let more wait with spillway_settings.queue.${setting}.`,
    { retryAfterMs: 1_000 },
  );
