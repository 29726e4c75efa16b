import { describe, expect, test } from 'vitest';
import type { Cost, QuotaNews, QuotaRefusal } from '#core/quota.ts';
import { seededRandom } from '#core/random.ts';
import { Ledger } from '#ledger/ledger.ts';
import type { Reservation } from '#ledger/reservation.ts';
import { charge, config, MINUTE, perMinute } from '#ledger/test-kit.ts';

/** A vendor as a ledger meets it: limits by portions of a minute, and the way it speaks of them. */
interface Upstream {
  readonly requests: number;
  readonly tokens: number;
  /** How much of a minute's requests it takes at once, ms. */
  readonly burstMs?: number;
  readonly says: 'nothing' | 'time' | 'dimension' | 'numbers';
  readonly headers?: boolean;
}

interface Traffic {
  /** Share of the limits. */
  readonly load: number;
  /** Calls that come at once, in the mean. */
  readonly batch: number;
}

const TRANSIT_MS = 20;
const WARM_UP_MS = 5 * MINUTE;
const END_MS = 15 * MINUTE;
const MEAN_TOKENS = 1500;

class Level {
  readonly limit: number;
  readonly full: number;
  left: number;
  #at = 0;

  constructor(limit: number, burstMs = MINUTE) {
    this.limit = limit;
    this.full = this.left = Math.max(1, (limit * burstMs) / MINUTE);
  }

  at(now: number): number {
    if (now > this.#at)
      this.left = Math.min(this.full, this.left + ((now - this.#at) * this.limit) / MINUTE);
    this.#at = Math.max(now, this.#at);
    return this.left;
  }
}

/** Plays a quarter of an hour; what counts is counted after five minutes. */
class World {
  readonly ledger = new Ledger();
  readonly #upstream: Upstream;
  readonly #traffic: Traffic;
  readonly #random = seededRandom(7);
  readonly #requests: Level;
  readonly #tokens: Level;
  readonly #agenda: { at: number; task: () => void }[] = [];
  readonly #queue: { cost: Cost; since: number }[] = [];
  #now = 0;
  #wake = Infinity;
  sent = 0;
  refused = 0;
  offered = 0;
  answered = 0;

  constructor(upstream: Upstream, traffic: Traffic) {
    this.#upstream = upstream;
    this.#traffic = traffic;
    this.#requests = new Level(upstream.requests, upstream.burstMs);
    this.#tokens = new Level(upstream.tokens);
  }

  play(): this {
    this.#arrive();
    for (let next = this.#agenda.shift(); next && next.at <= END_MS; next = this.#agenda.shift()) {
      this.#now = next.at;
      next.task();
    }
    return this;
  }

  get refusedPercent(): number {
    return (100 * this.refused) / this.sent;
  }

  get servedPercent(): number {
    return (100 * this.answered) / this.offered;
  }

  #arrive(): void {
    const { batch, load } = this.#traffic;
    const calls = batch === 1 ? 1 : Math.ceil(Math.log(this.#random()) / Math.log(1 - 1 / batch));
    for (let i = 0; i < calls; i++) {
      const tokens = Math.ceil(-Math.log(1 - this.#random()) * MEAN_TOKENS);
      this.#count('offered');
      this.#queue.push({ cost: { requests: 1, tokens }, since: this.#now });
    }
    this.#drain();
    const { requests, tokens } = this.#upstream;
    const perMs = (load * Math.min(requests, tokens / MEAN_TOKENS)) / MINUTE / batch;
    this.#later(-Math.log(1 - this.#random()) / perMs, () => this.#arrive());
  }

  #drain(): void {
    for (let head = this.#queue[0]; head; head = this.#queue[0]) {
      const charges = charge(head.cost);
      const reservation = this.ledger.reserve(charges, this.#now, { transitMs: TRANSIT_MS });
      if (reservation === undefined) return this.#wait(this.ledger.waitMs(charges, this.#now));
      this.#queue.shift();
      this.#count('sent');
      const { cost } = head;
      this.#later(TRANSIT_MS + 10 * (this.#random() - 0.5), () => this.#meet(cost, reservation));
    }
  }

  #wait(waitMs: number): void {
    const at = this.#now + waitMs;
    if (at >= this.#wake && this.#wake > this.#now) return;
    this.#wake = at;
    this.#later(waitMs, () => this.#drain());
  }

  #meet(cost: Cost, reservation: Reservation): void {
    const hasRequest = this.#requests.at(this.#now) >= 1;
    const isTaken = hasRequest && this.#tokens.at(this.#now) >= cost.tokens!;
    const refusal = isTaken ? undefined : this.#refusal(hasRequest ? 'tokens' : 'requests', cost);
    if (hasRequest) this.#requests.left -= 1;
    if (isTaken) this.#tokens.left -= cost.tokens!;
    const news = { told: this.#headers(), ...(refusal && { refusal }) };
    this.#later(TRANSIT_MS + (isTaken ? 2000 * this.#random() : 0), () => {
      this.ledger.learn('a', news, { reservation, now: this.#now });
      if (isTaken) {
        this.#count('answered');
        reservation.settle([cost], this.#now);
      } else {
        this.#count('refused');
        reservation.refund(this.#now);
        this.#queue.unshift({ cost, since: this.#now });
      }
      this.#drain();
    });
  }

  #headers(): QuotaNews['told'] {
    if (!this.#upstream.headers) return [];
    return (['requests', 'tokens'] as const).map((dimension) => {
      const level = dimension === 'requests' ? this.#requests : this.#tokens;
      const { limit, left } = level;
      return { dimension, windowMs: MINUTE, limit, remaining: Math.max(0, Math.floor(left)) };
    });
  }

  #refusal(dimension: 'requests' | 'tokens', cost: Cost): QuotaRefusal {
    const { limit, left } = dimension === 'requests' ? this.#requests : this.#tokens;
    const requested = cost[dimension]!;
    const retryMs = Math.ceil(((requested - left) / limit) * MINUTE);
    const { says } = this.#upstream;
    if (says === 'nothing') return { class: 'minute' };
    if (says === 'time') return { class: 'minute', retryMs: Math.ceil(retryMs / 1000) * 1000 };
    if (says === 'dimension') return { class: 'minute', dimension, windowMs: MINUTE, retryMs };
    const used = Math.floor(limit - Math.floor(left));
    return { class: 'minute', dimension, windowMs: MINUTE, limit, used, requested, retryMs };
  }

  #count(what: 'sent' | 'refused' | 'offered' | 'answered'): void {
    if (this.#now > WARM_UP_MS) this[what] += 1;
  }

  #later(delayMs: number, task: () => void): void {
    const at = this.#now + Math.max(0, delayMs);
    const place = this.#agenda.findIndex((other) => other.at > at);
    this.#agenda.splice(place < 0 ? this.#agenda.length : place, 0, { at, task });
  }
}

const UPSTREAM: Upstream = { requests: 600, tokens: 750_000, says: 'numbers' };

const stated = (world: World): World => {
  world.ledger.limit('a', perMinute('requests', UPSTREAM.requests), config);
  world.ledger.limit('a', perMinute('tokens', UPSTREAM.tokens), config);
  return world;
};

test('limits that are known are never met', () => {
  const world = stated(new World(UPSTREAM, { load: 0.9, batch: 20 })).play();
  expect(world.refused).toBe(0);
  expect(world.servedPercent).toBeGreaterThan(95);
});

describe.each(['numbers', 'dimension', 'time', 'nothing'] as const)(
  'requests counted by the second, of which a refusal says: %s',
  (says) => {
    test.each([0.5, 0.8, 0.95])('are learned at a load of %d', (load) => {
      const upstream = { ...UPSTREAM, says, burstMs: 1000 };
      const world = stated(new World(upstream, { load, batch: 20 })).play();
      expect(world.refusedPercent).toBeLessThan(0.5);
      expect(world.servedPercent).toBeGreaterThan(95);
    });
  },
);

test('limits that only headers tell are learned', () => {
  const upstream = { ...UPSTREAM, says: 'dimension', headers: true } as const;
  const world = new World(upstream, { load: 0.95, batch: 20 }).play();
  expect(world.refusedPercent).toBeLessThan(0.3);
  expect(world.servedPercent).toBeGreaterThan(95);
});

test('limits that only refusals tell are learned', () => {
  const world = new World(UPSTREAM, { load: 1.1, batch: 20 }).play();
  expect(world.refusedPercent).toBeLessThan(0.3);
  expect(world.answered * MEAN_TOKENS).toBeGreaterThan(0.93 * 10 * UPSTREAM.tokens);
});

test.each(['nothing', 'time'] as const)('limits that nobody tells are kept below: %s', (says) => {
  const world = new World({ ...UPSTREAM, says }, { load: 1.2, batch: 1 }).play();
  expect(world.refusedPercent).toBeLessThan(1);
  expect(world.answered * MEAN_TOKENS).toBeGreaterThan(0.85 * 10 * UPSTREAM.tokens);
});

test('what has no limits is never throttled', () => {
  const upstream = { requests: 1e9, tokens: 1e12, says: 'nothing' } as const;
  const world = new World(upstream, { load: 1e-6, batch: 20 }).play();
  expect(world.refused).toBe(0);
  expect(world.ledger.gauges('a', END_MS)).toEqual([]);
});
