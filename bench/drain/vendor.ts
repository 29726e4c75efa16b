/** The other side: the simulator's limits of each key, on the trial's clock. */
import type { Admission, Reservation } from '#simulator/admission.ts';
import type { Bucket } from '#simulator/bucket.ts';
import { createLimiter, type Limiter } from '#simulator/limiter.ts';
import { type Limit, MINUTE_MS } from '#simulator/limit.ts';
import type { KeyLimits, Scenario } from './scenarios.ts';
import { type Call, upfrontTokens, usedTokens } from './workload.ts';

/** Of fixed windows: requests are counted in windows of this length. */
const FIXED_REQUESTS_MS = 10_000;

/** One key at the vendor. It charges the whole bound of the output before a call runs. */
export class VendorKey {
  readonly #limiter: Limiter;
  readonly #tokens: Bucket | undefined;
  readonly #refunds: boolean;

  constructor(limits: KeyLimits, scenario: Scenario) {
    this.#limiter = createLimiter(limitsOf(limits, scenario), {
      wallAtZeroMs: limits.phaseMs ?? 0,
    });
    this.#tokens = this.#limiter.buckets.find(({ of }) => of.dimension === 'tokens');
    this.#refunds = scenario.refunds;
  }

  admit(call: Call, nowMs: number): Admission {
    return this.#limiter.admit({ requests: 1, tokens: upfrontTokens(call) }, nowMs);
  }

  /** A call has ended: what it did not use comes back where this vendor refunds. */
  end(call: Call, reservation: Reservation, nowMs: number): void {
    if (!this.#refunds) return;
    this.#limiter.settle(reservation, { requests: 1, tokens: usedTokens(call) }, nowMs);
  }

  /** How long until this call would be admitted. */
  waitMs(call: Call, nowMs: number): number {
    const waitsMs = this.#limiter.buckets.map((bucket) =>
      bucket.waitMs(bucket === this.#tokens ? upfrontTokens(call) : 1, nowMs),
    );
    return Math.max(0, ...waitsMs);
  }

  tokensLeft(nowMs: number): number {
    return this.#tokens?.gauge(nowMs).remaining ?? Infinity;
  }

  /** Somebody else's tokens, as far as there is room for all of them. */
  useElsewhere(tokens: number, nowMs: number): void {
    if (this.#tokens?.waitMs(tokens, nowMs) === 0) this.#tokens.take(tokens, nowMs);
  }

  gauges(nowMs: number): ReturnType<Limiter['gauges']> {
    return this.#limiter.gauges(nowMs);
  }
}

const limitsOf = ({ tpm, rpm }: KeyLimits, scenario: Scenario): Limit[] => {
  if (scenario.isUnlimited) return [];
  const tokens = {
    scope: 'project',
    dimension: 'tokens',
    limit: tpm,
    windowMs: MINUTE_MS,
  } as const;
  const requests = { scope: 'project', dimension: 'requests' } as const;
  if (scenario.refill === 'fixed') {
    const perWindow = Math.max(1, Math.ceil((rpm * FIXED_REQUESTS_MS) / MINUTE_MS));
    return [
      { ...requests, limit: perWindow, windowMs: FIXED_REQUESTS_MS, refill: 'fixed' },
      { ...tokens, refill: 'fixed' },
    ];
  }
  const burstMs = scenario.requestBurstMs;
  return [
    { ...requests, limit: rpm, windowMs: MINUTE_MS, refill: 'linear', burstMs },
    { ...tokens, refill: 'linear' },
  ];
};
