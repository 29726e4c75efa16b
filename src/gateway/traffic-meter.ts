import type { DecisionFacts } from '#balancer/decision.ts';
import type { Price } from '#balancer/member.ts';
import type { Clock } from '#core/clock.ts';

/** What has ended in one second with one deployment, or with none of a group. */
export interface TrafficCount {
  requests: number;
  errors: number;
  inputTokens: number;
  outputTokens: number;
  /** Nano-dollars. */
  nanos: number;
  /** Requests without a price. */
  unpriced: number;
  /** Sums over requests, ms. */
  queueMs: number;
  totalMs: number;
}

export interface TrafficSecond {
  /** Unix epoch seconds. */
  readonly at: number;
  /** By deployment; those that no deployment took stand under the empty name. */
  readonly counts: ReadonlyMap<string, Readonly<TrafficCount>>;
}

/** How far back it remembers, seconds. */
const TRAFFIC_SECONDS = 900;

const MILLION = 1_000_000;

/** Requests as they end, counted second by second and deployment by deployment, for the last quarter of an hour. */
export class TrafficMeter {
  readonly #clock: Clock;
  readonly #priceOf: (deployment: string) => Price | undefined;
  readonly #seconds: { at: number; counts: Map<string, TrafficCount> }[] = [];

  constructor(clock: Clock, priceOf: (deployment: string) => Price | undefined) {
    this.#clock = clock;
    this.#priceOf = priceOf;
  }

  /** `wallMs`: when it ended, Unix epoch ms. */
  over(facts: DecisionFacts, wallMs = this.#clock.wall()): void {
    const { tries, code, queueMs, totalMs, tokensIn = 0, tokensOut = 0 } = facts;
    const name = tries.at(-1)?.deployment ?? '';
    const count = this.#countOf(name, Math.floor(wallMs / 1000));
    count.requests++;
    // Of a caller that has left nobody is to blame.
    if (code !== undefined && code !== 'client_closed') count.errors++;
    count.inputTokens += tokensIn;
    count.outputTokens += tokensOut;
    count.queueMs += queueMs;
    count.totalMs += totalMs;
    const price = this.#priceOf(name);
    if (price) count.nanos += costOf(price, tokensIn, tokensOut);
    // What took no tokens needs no price.
    else if (tokensIn + tokensOut > 0) count.unpriced++;
  }

  /** Oldest first, without seconds in which nothing ended; those after `after`, Unix epoch seconds. */
  since(after: number): readonly TrafficSecond[] {
    this.#forget();
    return this.#seconds.filter(({ at }) => at > after);
  }

  /** Unix epoch seconds. */
  get now(): number {
    return Math.floor(this.#clock.wall() / 1000);
  }

  #countOf(name: string, now: number): TrafficCount {
    let second = this.#seconds.at(-1);
    if (!second || second.at < now) {
      second = { at: now, counts: new Map() };
      this.#seconds.push(second);
      this.#forget();
    }
    let count = second.counts.get(name);
    if (!count) second.counts.set(name, (count = nothing()));
    return count;
  }

  #forget(): void {
    const first = this.now - TRAFFIC_SECONDS;
    while (this.#seconds[0] && this.#seconds[0].at <= first) this.#seconds.shift();
  }
}

const costOf = (price: Price, input: number, output: number): number =>
  (price.inputNanosPerMillion * input + price.outputNanosPerMillion * output) / MILLION;

const nothing = (): TrafficCount => ({
  requests: 0,
  errors: 0,
  inputTokens: 0,
  outputTokens: 0,
  nanos: 0,
  unpriced: 0,
  queueMs: 0,
  totalMs: 0,
});
