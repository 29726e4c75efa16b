import { describe, expect, it } from 'vitest';
import { createPolicy, policies } from '#balancer/policies/index.ts';
import { policyConformance, UNMEASURED } from '#balancer/policies/policy.conformance.ts';
import type { Candidate, Policy } from '#balancer/policies/policy.ts';
import { seededRandom } from '#core/random.ts';

for (const policy of policies) policyConformance(policy);

type Rows = Record<string, Partial<Candidate>>;

/** Starts `calls` at once (none ends) and counts where they went. */
const startTogether = (policy: Policy, rows: Rows, options: { calls: number; seed: number }) => {
  const random = seededRandom(options.seed);
  const counts: Record<string, number> = Object.fromEntries(Object.keys(rows).map((n) => [n, 0]));
  for (let i = 0; i < options.calls; i++) {
    const candidates = Object.entries(rows).map(([name, row]) => ({
      ...UNMEASURED,
      ...row,
      name,
      inFlight: counts[name]!,
    }));
    counts[policy({ candidates, random }).name]! += 1;
  }
  return counts;
};

const equal = { PJ1: {}, PJ2: {}, PJ3: {} };

describe('simple-shuffle', () => {
  const policy = createPolicy('simple-shuffle', {});

  it('spreads six calls that start at once over three equal keys as 2/2/2, always', () => {
    for (let seed = 0; seed < 500; seed++)
      expect(startTogether(policy, equal, { calls: 6, seed })).toEqual({ PJ1: 2, PJ2: 2, PJ3: 2 });
  });

  it('is random for calls one after another', () => {
    const random = seededRandom(1);
    const candidates = Object.keys(equal).map((name) => ({ ...UNMEASURED, name }));
    const counts = new Map<string, number>();
    for (let i = 0; i < 3000; i++) {
      const { name } = policy({ candidates, random });
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(100);
  });

  it('follows weight, else rpm, else tpm', () => {
    const spread = (rows: Rows) => startTogether(policy, rows, { calls: 40, seed: 3 });
    expect(spread({ a: { weight: 3, rpm: 1 }, b: { weight: 1, rpm: 99 } })).toEqual({
      a: 30,
      b: 10,
    });
    expect(spread({ a: { rpm: 300, tpm: 1 }, b: { rpm: 100, tpm: 9 } })).toEqual({ a: 30, b: 10 });
    expect(spread({ a: { tpm: 30_000 }, b: { tpm: 10_000 } })).toEqual({ a: 30, b: 10 });
  });

  it('takes a row without a share only when it is alone', () => {
    const spread = startTogether(policy, { a: { weight: 1 }, b: {} }, { calls: 10, seed: 4 });
    expect(spread).toEqual({ a: 10, b: 0 });
  });

  it('draws each call on its own where LiteLLM is to be matched', () => {
    const blind = createPolicy('simple-shuffle', { independentDraws: true });
    const runs = Array.from({ length: 4000 }, (_, seed) =>
      Object.values(startTogether(blind, equal, { calls: 6, seed })),
    );
    const share = (test: (counts: number[]) => boolean) => runs.filter(test).length / runs.length;
    expect(share((counts) => counts.every((count) => count === 2))).toBeCloseTo(0.12, 1);
    expect(share((counts) => counts.every((count) => count > 0))).toBeCloseTo(0.74, 1);
  });
});

describe('least-busy', () => {
  it('takes the row with the fewest calls in flight, blind to weights', () => {
    const policy = createPolicy('least-busy', {});
    const candidates = [
      { ...UNMEASURED, name: 'a', inFlight: 3, weight: 100 },
      { ...UNMEASURED, name: 'b', inFlight: 2 },
    ];
    expect(policy({ candidates, random: () => 0.9 }).name).toBe('b');
  });
});

it('names each policy once, and refuses others', () => {
  expect(new Set(policies.map(({ name }) => name)).size).toBe(policies.length);
  expect(() => createPolicy('fastest', {})).toThrow('fastest');
});
