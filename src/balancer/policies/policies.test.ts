import { describe, expect, it } from 'vitest';
import { createPolicy, policies } from '#balancer/policies/index.ts';
import { policyConformance, UNMEASURED } from '#balancer/policies/policy.conformance.ts';
import type { Candidate, Choice, Policy } from '#balancer/policies/policy.ts';
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

/** A key with these limits per minute, of which parts are used up. */
const limits = (
  { rpm, tpm }: { rpm: number; tpm: number },
  { tokens, used = 0 }: { tokens: number; used?: number },
): Pick<Candidate, 'quota'> => ({
  quota: [
    { dimension: 'requests', perMinute: rpm, capacity: rpm, level: rpm * (1 - used), cost: 1 },
    { dimension: 'tokens', perMinute: tpm, capacity: tpm, level: tpm * (1 - used), cost: tokens },
  ],
});

const pick = (policy: Policy, rows: Rows, over: Partial<Choice> = {}): string => {
  const candidates = Object.entries(rows).map(([name, row]) => ({ ...UNMEASURED, ...row, name }));
  return policy({ candidates, random: seededRandom(5), ...over }).name;
};

describe('quota-aware', () => {
  const policy = createPolicy('quota-aware', {});
  const key = { rpm: 500, tpm: 30_000 };

  it('takes the emptier of equal keys, however busy it is', () => {
    const a = { ...limits(key, { tokens: 900, used: 0.5 }), inFlight: 0 };
    const b = { ...limits(key, { tokens: 900, used: 0.4 }), inFlight: 9 };
    expect(pick(policy, { a, b })).toBe('b');
  });

  it('lets a run go apart when one key is hardly emptier than another', () => {
    const at = (used: number, runCalls: number) => ({
      ...limits(key, { tokens: 900, used }),
      runCalls,
    });
    expect(pick(policy, { a: at(0.5, 1), b: at(0.504, 0) })).toBe('b');
    expect(pick(policy, { a: at(0.5, 1), b: at(0.51, 0) })).toBe('a');
  });

  it('sends long prompts where tokens are plentiful, short ones where requests are', () => {
    const at = (tokens: number) => ({
      tokens: limits({ rpm: 160, tpm: 1_800_000 }, { tokens, used: 0.5 }),
      requests: limits({ rpm: 400, tpm: 300_000 }, { tokens, used: 0.5 }),
    });
    expect(pick(policy, at(20_000))).toBe('tokens');
    expect(pick(policy, at(200))).toBe('requests');
  });

  it('fills keys of unequal size to the same part', () => {
    const tpm = { small: 100_000, large: 400_000 };
    const taken = { small: 0, large: 0 };
    for (let call = 0; call < 300; call++) {
      const row = (name: 'small' | 'large') =>
        limits({ rpm: tpm[name], tpm: tpm[name] }, { tokens: 1, used: taken[name] / tpm[name] });
      const rows = { small: row('small'), large: row('large') };
      taken[pick(policy, rows) as 'small' | 'large'] += 1_000;
    }
    const difference = taken.large / tpm.large - taken.small / tpm.small;
    // Until it has used ln 4 / 4 more of itself, the larger one is the cheaper.
    expect(difference).toBeCloseTo(Math.log(4) / 4, 1);
  });

  it('stays where the prompt is cached until another key is emptier by a sixth', () => {
    const cached = { ...limits(key, { tokens: 2_000, used: 0.5 }), cachedTokens: 2_000 };
    const other = (used: number) => limits(key, { tokens: 2_000, used });
    expect(pick(policy, { cached, other: other(0.36) })).toBe('cached');
    expect(pick(policy, { cached, other: other(0.3) })).toBe('other');
    const barely = { ...cached, cachedTokens: 100 };
    expect(pick(policy, { cached: barely, other: other(0.48) })).toBe('other');
  });

  it('spreads over keys without limits by their shares, and stays near a cache', () => {
    const spread = startTogether(policy, { a: { rpm: 30 }, b: { rpm: 10 } }, { calls: 8, seed: 2 });
    expect(spread).toEqual({ a: 6, b: 2 });
    const cached = { a: { cachedTokens: 1_500 }, b: {}, c: {} };
    for (let seed = 0; seed < 50; seed++) {
      const counts = startTogether(policy, cached, { calls: 12, seed });
      expect(counts['a']).toBeGreaterThanOrEqual(5);
      expect(counts['a']).toBeLessThanOrEqual(7);
    }
  });

  it('gives a key of which nothing is known its share, and no more', () => {
    const known = limits(key, { tokens: 900, used: 0.2 });
    const idle = startTogether(policy, { known, unknown: {} }, { calls: 10, seed: 1 });
    expect(idle).toEqual({ known: 5, unknown: 5 });
  });

  it('prefers the home of a prompt only where nothing else makes a difference', () => {
    const row = limits(key, { tokens: 900 });
    expect(pick(policy, { a: row, b: { ...row, home: true }, c: row })).toBe('b');
    expect(pick(policy, { a: row, b: { ...row, home: true, inFlight: 1 } })).toBe('a');
  });
});

describe('latency-based-routing', () => {
  const fast = { latency: { firstMs: 900, perTokenMs: 20, ageMs: 0 } };
  const quick = { latency: { firstMs: 300, perTokenMs: 28, ageMs: 0 } };
  const policy = createPolicy('latency-based-routing', {});

  it('looks at the first content of streams, else at the time per token', () => {
    expect(pick(policy, { fast, quick })).toBe('fast');
    expect(pick(policy, { fast, quick }, { stream: true })).toBe('quick');
  });

  it('tries what is not known first, one call at a time', () => {
    expect(pick(policy, { fast, unknown: {} })).toBe('unknown');
    const streamed = { latency: { firstMs: 300, ageMs: 0 } };
    expect(pick(policy, { fast, streamed })).toBe('streamed');
    const spread = startTogether(policy, { fast, unknown: {} }, { calls: 6, seed: 1 });
    expect(spread).toEqual({ fast: 3, unknown: 3 });
  });

  it('forgets what is older than its ttl', () => {
    const old = { latency: { ...quick.latency, ageMs: 61_000 } };
    expect(pick(createPolicy('latency-based-routing', { ttl: 60 }), { fast, old })).toBe('old');
    expect(pick(policy, { fast, old })).toBe('fast');
  });

  it('spreads over all within the buffer', () => {
    const wide = createPolicy('latency-based-routing', { lowest_latency_buffer: 0.5 });
    expect(startTogether(wide, { fast, quick }, { calls: 6, seed: 1 })).toEqual({
      fast: 3,
      quick: 3,
    });
    const narrow = createPolicy('latency-based-routing', { lowest_latency_buffer: 0.3 });
    expect(startTogether(narrow, { fast, quick }, { calls: 6, seed: 1 })).toEqual({
      fast: 6,
      quick: 0,
    });
  });

  it('refuses options that make no sense', () => {
    for (const options of [{ ttl: 0 }, { lowest_latency_buffer: -1 }, { ttl: 'soon' }])
      expect(() => createPolicy('latency-based-routing', options)).toThrow(/ttl|buffer/);
  });
});

describe('cost-based-routing', () => {
  it('takes the cheapest, and one without a price last', () => {
    const policy = createPolicy('cost-based-routing', {});
    const rows = { a: { costNanos: 900, inFlight: 0 }, b: { costNanos: 800, inFlight: 9 }, c: {} };
    expect(pick(policy, rows)).toBe('b');
    expect(pick(policy, { a: rows.a, c: {} })).toBe('a');
  });
});

describe.each(['usage-based-routing-v2', 'usage-based-routing'])('%s', (name) => {
  it('takes the row with the fewest tokens this minute, blind to requests and limits', () => {
    const minute = (requests: number, tokens: number) => ({ minute: { requests, tokens } });
    const rows = { a: { ...minute(1, 900), tpm: 1e6 }, b: { ...minute(50, 800), tpm: 1_000 } };
    expect(pick(createPolicy(name, {}), rows)).toBe('b');
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
