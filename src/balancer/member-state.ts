import type { Bid } from '#balancer/bid.ts';
import { LatencyMeter } from '#balancer/latency-meter.ts';
import type { Candidate } from '#balancer/policies/policy.ts';
import { type Glance, PoolRow } from '#balancer/pool-row.ts';

const MINUTE_MS = 60_000;

type Accounts = readonly [string, ...string[]];

type Instant = Pick<Glance, 'clock' | 'now'>;

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
  /** When that minute is over, monotonic ms: before then the wall clock need not be asked again. */
  #minuteEndsAt = -Infinity;
  readonly #used = { requests: 0, tokens: 0 };
  #row: PoolRow | undefined;

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

  /** What it was given in this minute of the wall clock: the same object each time, to be read at once. */
  minute({ clock, now }: Instant): Candidate['minute'] {
    if (now < this.#minuteEndsAt) return this.#used;
    const wallMs = clock.wall();
    this.#minuteEndsAt = now + MINUTE_MS - (wallMs % MINUTE_MS);
    const minute = Math.floor(wallMs / MINUTE_MS);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#used.requests = this.#used.tokens = 0;
    }
    return this.#used;
  }

  used(at: Instant, more: Candidate['minute']): void {
    this.minute(at);
    this.#used.requests += more.requests;
    this.#used.tokens += more.tokens;
  }

  /** What one request sees of it: the same row each time, to be read at once. */
  row(bid: Bid, glance: Glance): PoolRow {
    if (this.#row) this.#row.show(bid, glance);
    else this.#row = new PoolRow(this, bid, glance);
    return this.#row;
  }
}
