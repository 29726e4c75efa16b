import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Candidate, Policy, PolicyModule } from '#balancer/policies/policy.ts';
import { seededRandom } from '#core/random.ts';

const share = fc.option(fc.integer({ min: 0, max: 1_000_000 }), { nil: undefined });

/** A row of which nothing has been measured yet. */
export const UNMEASURED: Omit<Candidate, 'name'> = {
  inFlight: 0,
  quota: [],
  minute: { requests: 0, tokens: 0 },
  runCalls: 0,
  cachedTokens: 0,
};

const row: fc.Arbitrary<Omit<Candidate, 'name'>> = fc
  .record({ weight: share, rpm: share, tpm: share, inFlight: fc.nat(500) })
  .map(({ weight, rpm, tpm, inFlight }) => ({
    ...UNMEASURED,
    inFlight,
    ...(weight !== undefined && { weight }),
    ...(rpm !== undefined && { rpm }),
    ...(tpm !== undefined && { tpm }),
  }));

/** One to twenty rows, frozen as a policy gets them. */
const candidateRows: fc.Arbitrary<readonly Candidate[]> = fc
  .array(row, { minLength: 1, maxLength: 20 })
  .map((rows) => Object.freeze(rows.map((each, i) => Object.freeze({ ...each, name: `d${i}` }))));

const seeds = fc.integer();

/** What every policy owes to those who call it. */
export const policyConformance = (module: PolicyModule): void => {
  describe(`${module.name} is a policy`, () => {
    const policy: Policy = module.create({});

    it('names one of the candidates, whatever they look like', () => {
      fc.assert(
        fc.property(candidateRows, seeds, (candidates, seed) => {
          expect(candidates).toContain(policy({ candidates, random: seededRandom(seed) }));
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
            expect(candidates).toContain(policy({ candidates, random }));
        }),
      );
    });

    it('takes the only candidate there is', () => {
      const only = { ...UNMEASURED, name: 'only', inFlight: 7, weight: 0 };
      expect(policy({ candidates: [only], random: () => 0.5 })).toBe(only);
    });
  });
};
