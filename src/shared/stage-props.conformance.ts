import type { Clock } from '#core/clock.ts';
import type { QuotaNews } from '#core/quota.ts';
import { VirtualClock } from '#core/virtual-clock.ts';
import { Ledger } from '#ledger/ledger.ts';
import type { Taken } from '#shared/history.conformance.ts';
import type { Wall } from '#shared/world.conformance.ts';

/** A clock that may leap, while what it was told to do later comes when it should. */
export class LeapingClock implements Clock {
  readonly inner = new VirtualClock();
  readonly #ahead = { wall: 0, monotonic: 1_000_000_000 };

  now(): number {
    return this.inner.now() + this.#ahead.monotonic;
  }

  wall(): number {
    return this.inner.wall() + this.#ahead.wall;
  }

  after(delayMs: number, task: () => void): () => void {
    return this.inner.after(delayMs, task);
  }

  leap(clock: 'wall' | 'monotonic', ms: number): void {
    this.#ahead[clock] += ms;
  }
}

/** A ledger with somebody who looks at it around every reservation. */
export class WatchedLedger extends Ledger {
  readonly #told: (taken: readonly Taken[]) => void;

  constructor(told: (taken: readonly Taken[]) => void) {
    super();
    this.#told = told;
  }

  override reserve(...args: Parameters<Ledger['reserve']>): ReturnType<Ledger['reserve']> {
    const [charges, now] = args;
    const levels = (account: string) => this.gauges(account, now).map((gauge) => ({ ...gauge }));
    const before = new Map(charges.map(({ account }) => [account, levels(account)]));
    const reservation = super.reserve(...args);
    if (reservation)
      this.#told(
        charges.map(({ account, cost }) => ({
          account,
          cost,
          isBlocked: this.blockedUntil(account, now) > now,
          before: before.get(account)!,
          after: levels(account),
        })),
      );
    return reservation;
  }
}

/** What a vendor in truth takes: so many calls in any window. */
export class PlayedWall {
  readonly #wall: Wall;
  #calls: number[] = [];

  constructor(wall: Wall) {
    this.#wall = wall;
  }

  /** What it says of a call that comes now. */
  news(at: number): QuotaNews {
    const { perWindow, windowMs, says, isOpen } = this.#wall;
    this.#calls = this.#calls.filter((call) => call > at - windowMs);
    const used = this.#calls.length;
    const limit = { dimension: 'requests', windowMs, limit: perWindow } as const;
    if (used < perWindow) {
      this.#calls.push(at);
      return { told: isOpen ? [{ ...limit, remaining: perWindow - used - 1 }] : [] };
    }
    const retryMs = Math.max(1, this.#calls[0]! + windowMs - at);
    if (says === 'nothing') return { told: [], refusal: { class: 'minute' } };
    if (says === 'time') return { told: [], refusal: { class: 'minute', retryMs } };
    return { told: [], refusal: { class: 'minute', ...limit, used, requested: 1, retryMs } };
  }
}
