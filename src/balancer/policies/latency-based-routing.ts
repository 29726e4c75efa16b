import { pickEqual } from '#balancer/policies/pick.ts';
import { type Candidate, type Choice, definePolicy } from '#balancer/policies/policy.ts';
import { z } from '#core/schema.ts';

const OPTIONS = z.object({
  /** How long a measurement counts, seconds. A deployment without a recent one is asked anew. */
  ttl: z.number().positive().default(3600),
  /** Up to which part above the lowest latency others count as equally fast: 0.5 is half as much again. */
  lowest_latency_buffer: z.number().nonnegative().default(0),
});

/** For a stream the time until its first content, else the time per token, ms; absent: not known. */
const measured = (row: Candidate, { stream }: Choice, ttlMs: number): number | undefined => {
  const { latency } = row;
  if (!latency || latency.ageMs > ttlMs) return undefined;
  return stream ? latency.firstMs : latency.perTokenMs;
};

/**
 * The fastest row. One that has not been measured is asked before all others, but by one call at a
 * time: those that start meanwhile take it to be as fast as the fastest.
 */
export default definePolicy('latency-based-routing', OPTIONS, (options) => (choice) => {
  const { ttl, lowest_latency_buffer: buffer } = options;
  const { candidates } = choice;
  const latencies = candidates.map((row) => measured(row, choice, ttl * 1000));
  const unknown = candidates.filter((row, i) => latencies[i] === undefined && row.inFlight === 0);
  if (unknown.length > 0) return pickEqual({ ...choice, candidates: unknown });
  const lowest = latencies.reduce<number>((least, ms) => Math.min(least, ms ?? Infinity), Infinity);
  const bound = lowest * (1 + buffer);
  const fastest = candidates.filter((_, i) => (latencies[i] ?? lowest) <= bound);
  return pickEqual({ ...choice, candidates: fastest });
});
