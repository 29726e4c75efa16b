/**
 * LiteLLM's router as its code has it, in one process: failures cool a key down for everybody, a retry
 * goes on at once while others are healthy. Where versions differ, the newer and milder rule holds.
 */
import type { Strategy, StrategyWorld } from '../drain/litellm/strategy.ts';
import {
  type Contender,
  type CreateContender,
  FIRST_BYTE_MS,
  RETRIES,
  type World,
} from './contender.ts';
import { KEYS } from './keys.ts';
import type { StormRequest } from './trace.ts';
import type { Heard } from './vendor.ts';

const COOLDOWN_MS = 5_000;
const MINUTE_MS = 60_000;
/** More failures than answers in a minute cool a key down, from so many calls on. */
const LEAST_CALLS = 5;
/** These do so at once. */
const AT_ONCE = new Set([401, 404, 429]);
/** What a further try costs before it is sent. */
const RETRY_MS = 20;
const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 8_000;
const JITTER_MS = 375;

export const litellm =
  (createStrategy: (world: StrategyWorld) => Strategy): CreateContender =>
  (world) =>
    new Router(world, createStrategy({ ...world, scenario: { keys: KEYS } }));

/** One request on its way. */
interface Journey {
  readonly request: StormRequest;
  retriesLeft: number;
  isFirst: boolean;
}

/** What a key has come to in a minute that begins with its first call. */
interface Minute {
  failures: number;
  answers: number;
  readonly until: number;
}

class Router implements Contender {
  readonly #world: World;
  readonly #strategy: Strategy;
  readonly #coolUntilMs = KEYS.map(() => -1);
  readonly #minutes: Minute[] = KEYS.map(() => ({ failures: 0, answers: 0, until: -1 }));

  constructor(world: World, strategy: Strategy) {
    this.#world = world;
    this.#strategy = strategy;
  }

  submit(request: StormRequest): void {
    this.#try({ request, retriesLeft: RETRIES, isFirst: true });
  }

  #try(journey: Journey): void {
    const { request } = journey;
    const { call, clock, served } = this.#world;
    const healthy = this.#healthy();
    const key = healthy.length > 0 ? this.#strategy.pick(request, healthy) : undefined;
    if (key === undefined) return this.#retry(journey);
    if (this.#strategy.enter?.(key) === false) {
      this.#cool(key);
      return this.#retry(journey);
    }
    const heard = call(key, request);
    this.#strategy.began?.(key);
    if (heard.kind === 'answer' && heard.firstMs <= FIRST_BYTE_MS) {
      clock.after(heard.firstMs, () => served(request));
      clock.after(heard.wholeMs, () => {
        this.#strategy.ended?.(key, request);
        this.#minute(key).answers++;
      });
      return;
    }
    clock.after(lastsMs(heard), () => {
      this.#strategy.ended?.(key, request);
      this.#failed(key, heard);
      this.#retry(journey);
    });
  }

  #failed(key: number, heard: Heard): void {
    const minute = this.#minute(key);
    minute.failures++;
    // A connection that could not be made cools nothing down.
    if (heard.kind === 'unreachable') return;
    const isAtOnce = heard.kind === 'error' && AT_ONCE.has(heard.status);
    const all = minute.failures + minute.answers;
    if (isAtOnce || (all >= LEAST_CALLS && minute.failures > all / 2)) this.#cool(key);
  }

  #retry(journey: Journey): void {
    const { clock, random, failed } = this.#world;
    const healthy = this.#healthy().length;
    if ((journey.isFirst && healthy === 0) || journey.retriesLeft === 0)
      return failed(journey.request);
    journey.isFirst = false;
    journey.retriesLeft--;
    const tried = RETRIES - journey.retriesLeft - 1;
    const backoffMs = Math.min(FIRST_BACKOFF_MS * 2 ** tried, LONGEST_BACKOFF_MS);
    const pauseMs = healthy > 1 ? 0 : backoffMs + JITTER_MS * random();
    clock.after(pauseMs + RETRY_MS, () => this.#try(journey));
  }

  #healthy(): number[] {
    const now = this.#world.clock.now();
    return [...this.#coolUntilMs.keys()].filter((key) => this.#coolUntilMs[key]! <= now);
  }

  #cool(key: number): void {
    const untilMs = this.#world.clock.now() + COOLDOWN_MS;
    this.#coolUntilMs[key] = Math.max(this.#coolUntilMs[key]!, untilMs);
  }

  #minute(key: number): Minute {
    const now = this.#world.clock.now();
    if (now >= this.#minutes[key]!.until)
      this.#minutes[key] = { failures: 0, answers: 0, until: now + MINUTE_MS };
    return this.#minutes[key]!;
  }
}

const lastsMs = (heard: Heard): number =>
  heard.kind === 'error' || heard.kind === 'unreachable' ? heard.afterMs : FIRST_BYTE_MS;
