import { LatencyMeter } from '#balancer/latency-meter.ts';
import type { Candidate } from '#balancer/policies/policy.ts';

type Accounts = readonly [string, ...string[]];

/** No call is believed to travel for longer before it is charged, ms. */
const MOST_TRANSIT_MS = 250;
/** How much of what was learned each answer takes back. */
const EASE = 0.001;

/** What changes of one deployment. */
export class MemberState {
  inFlight = 0;
  readonly latency = new LatencyMeter();
  /** What it draws from, outermost first. */
  accounts: Accounts;
  /** From sending to being charged upstream, as learned, ms. */
  transitMs = 0;
  #minute = -1;
  #used = { requests: 0, tokens: 0 };

  constructor(accounts: Accounts) {
    this.accounts = accounts;
  }

  /** It answered: what had been learned from refusals fades. */
  answered(): void {
    this.transitMs *= 1 - EASE;
  }

  /** It was refused although it should have fitted, and would have so much later: that much it had been early. */
  cameEarly(byMs: number): void {
    if (byMs <= MOST_TRANSIT_MS) this.transitMs = Math.min(MOST_TRANSIT_MS, this.transitMs + byMs);
  }

  /** `minute` counts minutes of the wall clock. */
  minute(minute: number): Candidate['minute'] {
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#used = { requests: 0, tokens: 0 };
    }
    return this.#used;
  }

  used(minute: number, more: Candidate['minute']): void {
    const { requests, tokens } = this.minute(minute);
    this.#used = { requests: requests + more.requests, tokens: tokens + more.tokens };
  }
}
