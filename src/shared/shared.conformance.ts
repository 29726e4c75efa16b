import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { broken } from '#shared/laws.conformance.ts';
import { type OpenOwner, play } from '#shared/play.conformance.ts';
import { worlds } from '#shared/world.conformance.ts';

/** What every owner of the balance owes to those who ask it. */
export const ownerConformance = (name: string, open: OpenOwner): void => {
  describe(`${name} owns the balance`, () => {
    it.each([
      { times: 'in time that passes', leaps: false },
      { times: 'whatever clocks do', leaps: true },
    ])('keeps every law in any world, $times', async ({ leaps }) => {
      await fc.assert(
        fc.asyncProperty(worlds({ leaps }), async (world) => {
          expect(broken(await play(open, world), world)).toEqual([]);
        }),
        { numRuns: 50 },
      );
    });
  });
};
