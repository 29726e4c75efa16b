import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type {
  Candidate,
  Latency,
  Policy,
  PolicyModule,
  QuotaRow,
} from '#balancer/policies/policy.ts';
import { DIMENSIONS } from '#core/quota.ts';
import { seededRandom } from '#core/random.ts';

/** A row of which nothing has been measured yet. */
export const UNMEASURED: Omit<Candidate, 'name'> = {
  inFlight: 0,
  quota: [],
  minute: { requests: 0, tokens: 0 },
  runCalls: 0,
  cachedTokens: 0,
};

const share = fc.integer({ min: 0, max: 1_000_000 });
const ms = fc.double({ min: 0, max: 1e7, noNaN: true });

const limit: fc.Arbitrary<QuotaRow> = fc
  .record({
    dimension: fc.constantFrom(...DIMENSIONS),
    perMinute: fc.double({ min: 1e-3, max: 1e12, noNaN: true }),
    capacity: fc.integer({ min: 1, max: 1e12 }),
    used: fc.double({ min: 0, max: 1e6, noNaN: true }),
    cost: fc.nat(),
  })
  .map(({ used, ...row }) => ({ ...row, level: row.capacity * (1 - used) }));

const latency: fc.Arbitrary<Latency> = fc.record(
  { firstMs: ms, perTokenMs: ms, ageMs: ms },
  { requiredKeys: ['ageMs'] },
);

const row: fc.Arbitrary<Omit<Candidate, 'name'>> = fc.record(
  {
    weight: share,
    rpm: share,
    tpm: share,
    inFlight: fc.nat(500),
    quota: fc.array(limit, { maxLength: 4 }),
    latency,
    costNanos: fc.nat(),
    minute: fc.record({ requests: fc.nat(), tokens: fc.nat() }),
    runCalls: fc.nat(20),
    cachedTokens: fc.oneof(fc.constant(0), fc.nat(200_000)),
    home: fc.boolean(),
  },
  { requiredKeys: ['inFlight', 'quota', 'minute', 'runCalls', 'cachedTokens'] },
);

/** One to twenty rows, frozen as a policy gets them. */
const candidateRows: fc.Arbitrary<readonly Candidate[]> = fc
  .array(row, { minLength: 1, maxLength: 20 })
  .map((rows) => Object.freeze(rows.map((each, i) => Object.freeze({ ...each, name: `d${i}` }))));

const seeds = fc.integer();

/** A key whose limits would hold six calls of this size several times over. */
const limited = (calls: number): Partial<Candidate> => ({
  quota: [
    { dimension: 'requests', perMinute: 500, capacity: 500, level: 500 - calls, cost: 1 },
    { dimension: 'tokens', perMinute: 3e4, capacity: 3e4, level: 3e4 - calls * 900, cost: 900 },
  ],
});

/** What every policy owes to those who call it. */
export const policyConformance = (module: PolicyModule): void => {
  describe(`${module.name} is a policy`, () => {
    const policy: Policy = module.create({});

    it('names one of the candidates, whatever they look like', () => {
      fc.assert(
        fc.property(candidateRows, seeds, fc.boolean(), (candidates, seed, stream) => {
          const chosen = policy({ candidates, random: seededRandom(seed), stream });
          expect(candidates.includes(chosen)).toBe(true);
        }),
      );
    });

    it('decides the same for the same rows and the same chance', () => {
      fc.assert(
        fc.property(candidateRows, seeds, (candidates, seed) => {
          const once = policy({ candidates, random: seededRandom(seed) });
          expect(policy({ candidates, random: seededRandom(seed) })).toBe(once);
        }),
      );
    });

    it('stays inside its rows at both ends of chance', () => {
      fc.assert(
        fc.property(candidateRows, (candidates) => {
          for (const random of [() => 0, () => 1 - Number.EPSILON])
            expect(candidates.includes(policy({ candidates, random }))).toBe(true);
        }),
      );
    });

    it('takes the only candidate there is', () => {
      const only = { ...UNMEASURED, name: 'only', inFlight: 7, weight: 0 };
      expect(policy({ candidates: [only], random: () => 0.5 })).toBe(only);
    });

    it.each([
      { keys: 'without known limits', state: () => ({}) },
      { keys: 'with limits', state: limited },
    ])('spreads six calls at once over three equal keys $keys as 2/2/2, always', ({ state }) => {
      for (let seed = 0; seed < 200; seed++) {
        const random = seededRandom(seed);
        const counts = [0, 0, 0];
        for (let call = 0; call < 6; call++) {
          const candidates = counts.map((inFlight, i) => ({
            ...UNMEASURED,
            ...state(inFlight),
            inFlight,
            name: `${i}`,
          }));
          counts[Number(policy({ candidates, random }).name)]! += 1;
        }
        expect(counts).toEqual([2, 2, 2]);
      }
    });

    it('sends the calls of one run apart where it sees no other difference', () => {
      fc.assert(
        fc.property(row, fc.integer({ min: 1, max: 19 }), seeds, (same, others, seed) => {
          const fresh = { ...same, name: 'fresh', runCalls: 0 };
          const used = Array.from({ length: others }, (_, i) => ({
            ...same,
            name: `d${i}`,
            runCalls: 1 + (i % 3),
          }));
          const candidates = [...used, fresh];
          expect(policy({ candidates, random: seededRandom(seed) })).toBe(fresh);
        }),
      );
    });
  });
};
