/**
 * LiteLLM's router as its code has it, in one process, which is its best case: a key that refuses
 * cools down for everybody, retries go on at once while another key is healthy, nothing waits.
 */
import type { Contender, CreateContender, World } from '../contender.ts';
import type { BenchRequest } from '../trace.ts';
import type { Strategy } from './strategy.ts';

export interface RouterOptions {
  readonly retries: number;
  /** How long a key that refused takes no calls; `retry-after` is what its answer asks for. */
  readonly cooldownS: number | 'retry-after';
}

const DEFAULT_COOLDOWN_S = 5;
const DEFAULTS: RouterOptions = { retries: 2, cooldownS: DEFAULT_COOLDOWN_S };

/** What a further try costs before it is sent. */
const RETRY_MS = 20;
/** A longer `retry-after` is not believed. */
const LONGEST_HINT_MS = 60_000;
const FIRST_BACKOFF_S = 0.5;
const LONGEST_BACKOFF_S = 8;
const JITTER_S = 0.75 * FIRST_BACKOFF_S;

export const litellm =
  (
    createStrategy: (world: World) => Strategy,
    options: Partial<RouterOptions> = {},
  ): CreateContender =>
  (world) =>
    new Router(world, createStrategy(world), { ...DEFAULTS, ...options });

/** One request on its way. */
interface Journey {
  readonly request: BenchRequest;
  retriesLeft: number;
  isFirst: boolean;
  /** From the first refusal that carried one. */
  hintMs?: number;
}

class Router implements Contender {
  readonly #world: World;
  readonly #strategy: Strategy;
  readonly #options: RouterOptions;
  readonly #coolUntilMs: number[];

  constructor(world: World, strategy: Strategy, options: RouterOptions) {
    this.#world = world;
    this.#strategy = strategy;
    this.#options = options;
    this.#coolUntilMs = world.scenario.keys.map(() => -1);
  }

  submit(request: BenchRequest): void {
    this.#try({ request, retriesLeft: this.#options.retries, isFirst: true });
  }

  #try(journey: Journey): void {
    if (!this.#wasSent(journey)) this.#retry(journey);
  }

  #wasSent(journey: Journey): boolean {
    const { request } = journey;
    const healthy = this.#healthy();
    const key = healthy.length > 0 ? this.#strategy.pick(request, healthy) : undefined;
    if (key === undefined) return false;
    if (this.#strategy.enter?.(key) === false) {
      this.#cool(key);
      return false;
    }
    const admission = this.#world.call(key, request, {
      ended: () => this.#strategy.ended?.(key, request),
    });
    if (admission.admitted) {
      this.#strategy.began?.(key);
      return true;
    }
    const { waitMs } = admission.refusal;
    this.#cool(key, waitMs);
    journey.hintMs ??= waitMs;
    return false;
  }

  #retry(journey: Journey): void {
    const healthy = this.#healthy().length;
    if ((journey.isFirst && healthy === 0) || journey.retriesLeft === 0) {
      return this.#world.refuse(journey.request);
    }
    journey.isFirst = false;
    journey.retriesLeft -= 1;
    const pauseMs = healthy > 1 ? 0 : this.#pauseMs(journey);
    this.#world.clock.after(pauseMs + RETRY_MS, () => this.#try(journey));
  }

  #pauseMs({ hintMs, retriesLeft }: Journey): number {
    if (hintMs !== undefined && hintMs > 0 && hintMs <= LONGEST_HINT_MS) return hintMs;
    const failures = this.#options.retries - retriesLeft - 1;
    const backoffS = Math.min(FIRST_BACKOFF_S * 2 ** failures, LONGEST_BACKOFF_S);
    return 1000 * (backoffS + JITTER_S * this.#world.random());
  }

  #healthy(): number[] {
    const now = this.#world.clock.now();
    return [...this.#coolUntilMs.keys()].filter((key) => this.#coolUntilMs[key]! <= now);
  }

  #cool(key: number, hintMs = Infinity): void {
    const untilMs = this.#world.clock.now() + 1000 * this.#cooldownS(hintMs);
    this.#coolUntilMs[key] = Math.max(this.#coolUntilMs[key]!, untilMs);
  }

  #cooldownS(hintMs: number): number {
    const { cooldownS } = this.#options;
    if (cooldownS !== 'retry-after') return cooldownS;
    return hintMs > LONGEST_HINT_MS ? DEFAULT_COOLDOWN_S : Math.max(1, Math.ceil(hintMs / 1000));
  }
}
