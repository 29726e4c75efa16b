import { exponential, geometric, lognormal } from '#core/draws.ts';
import type { JsonObject } from '#core/json.ts';
import { type Random, seededRandom } from '#core/random.ts';
import { TimerHeap } from '#core/timer-heap.ts';

export const TRAFFIC_KINDS = ['smooth', 'bursty', 'batches'] as const;

export interface DrawnTraffic {
  /**
   * `smooth`: each on its own. `bursty`: now many, now few, for half a minute each on average.
   * `batches`: ten at once on average, as a workflow or a job sends them.
   */
  readonly kind: (typeof TRAFFIC_KINDS)[number];
  readonly model: string;
  /** Requests per second on average, > 0. */
  readonly perS: number;
  readonly minutes: number;
  /** Keys that call, with equal shares. */
  readonly keys: number;
  /** Medians, tokens. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** The longest answer that each allows; absent where none is named. */
  readonly maxOutputTokens?: number;
  readonly seed: number;
  /** Of the first minute, Unix epoch ms. */
  readonly startMs: number;
}

const BURST = { high: 1.8, low: 0.2, meanS: 30 };
const BATCH = { mean: 10, gapMs: 5 };
const SIGMA = { input: 0.8, output: 0.9 };
const FIRST_BYTE_MS = 600;

/** Records as `spillway tail --json` writes them, in the order of their time. The same seed, the same records. */
export function* drawTraffic(of: DrawnTraffic): Generator<JsonObject> {
  const random = seededRandom(of.seed);
  const endMs = of.startMs + of.minutes * 60_000;
  const nextMs = gaps(of, seededRandom(of.seed + 1));
  const due = new TimerHeap<undefined>();
  let atMs = of.startMs + nextMs();
  while (atMs < endMs) {
    for (let next = due.first(); next && next.atMs <= atMs; next = due.first())
      yield record(of, due.pop()!.atMs, random);
    const size = of.kind === 'batches' ? geometric(random, BATCH.mean) : 1;
    for (let i = 0; i < size; i++) due.push(atMs + i * BATCH.gapMs, undefined);
    atMs += nextMs();
  }
  for (let last = due.pop(); last; last = due.pop()) yield record(of, last.atMs, random);
}

/** How long until the next request or batch, ms. */
const gaps = ({ kind, perS }: DrawnTraffic, random: Random): (() => number) => {
  const meanMs = (1_000 / perS) * (kind === 'batches' ? BATCH.mean : 1);
  if (kind !== 'bursty') return () => exponential(random) * meanMs;
  let isHigh = false;
  let leftMs = 0;
  return () => {
    // Arrivals still due in units of the present rate; a state that ends first uses some of them up.
    let left = exponential(random);
    let waitMs = 0;
    for (;;) {
      if (leftMs <= 0) {
        isHigh = !isHigh;
        leftMs = exponential(random) * BURST.meanS * 1_000;
      }
      const takesMs = (left * meanMs) / (isHigh ? BURST.high : BURST.low);
      if (takesMs <= leftMs) {
        leftMs -= takesMs;
        return waitMs + takesMs;
      }
      left -= (leftMs / meanMs) * (isHigh ? BURST.high : BURST.low);
      waitMs += leftMs;
      leftMs = 0;
    }
  };
};

const record = (of: DrawnTraffic, atMs: number, random: Random): JsonObject => {
  const { maxOutputTokens = Infinity } = of;
  const inputTokens = Math.max(1, Math.round(lognormal(random, of.inputTokens, SIGMA.input)));
  const drawn = Math.max(1, Math.round(lognormal(random, of.outputTokens, SIGMA.output)));
  const outputTokens = Math.min(drawn, maxOutputTokens);
  const firstMs = Math.round(FIRST_BYTE_MS * (0.5 + exponential(random) / 2));
  const perS = 40 + 40 * random();
  return {
    time: new Date(atMs).toISOString(),
    id: drawId(random),
    group: of.model,
    fallback: null,
    deployment: null,
    status: 200,
    key: `key-${1 + Math.floor(random() * of.keys)}`,
    user: '',
    priority: 'interactive',
    stream: true,
    input_tokens: inputTokens,
    estimated_input_tokens: inputTokens,
    output_tokens: outputTokens,
    max_output_tokens: of.maxOutputTokens ?? null,
    queue_ms: 0,
    first_ms: firstMs,
    total_ms: firstMs + Math.round((1_000 * outputTokens) / perS),
    attempts: 1,
    error: null,
  };
};

/** Hex digits in the shape of a UUID. */
const drawId = (random: Random): string => {
  const hex = (digits: number): string =>
    Math.floor(random() * 16 ** digits)
      .toString(16)
      .padStart(digits, '0');
  return [hex(8), hex(4), hex(4), hex(4), hex(12)].join('-');
};
