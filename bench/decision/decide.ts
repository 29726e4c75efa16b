/** What one decision costs where there is room. */
import type { Lease } from '#balancer/admit.ts';
import { systemClock } from '#core/clock.ts';
import { eachUs, medianOf } from './measure.ts';
import { openOwner, requestOf } from './owner.ts';

/** So much that it never runs out. */
const PLENTY = 1_000_000_000_000;
/** Calls under way together. */
const AT_ONCE = 100;
const SPENT = { inputTokens: 800, outputTokens: 200 };

export interface Plan {
  readonly rounds: number;
  /** Of each round. */
  readonly calls: number;
}

/** A caller that does not ask anybody: it takes the first of two names, and promises it. */
export const bareUs = ({ rounds, calls }: Plan): Promise<number> => {
  const rows = ['deployment-0', 'deployment-1'];
  const first = async (): Promise<unknown> => ({ deployment: rows[0] });
  return medianOf(rounds, () => eachUs(calls, first));
};

/** Until a lease is given, and from there to its end, when what came of it is learned and settled. */
export const decisionUs = async (
  deployments: number,
  { rounds, calls }: Plan,
): Promise<{ readonly admitUs: number; readonly endUs: number }> => {
  const owner = openOwner(systemClock, { deployments, tokens: PLENTY });
  let endUs = 0;
  const admitUs = await medianOf(rounds, async () => {
    let us = 0;
    endUs = 0;
    for (let done = 0; done < calls; done += AT_ONCE) {
      const requests = Array.from({ length: AT_ONCE }, (_, i) =>
        requestOf(done + i, systemClock.now()),
      );
      const leases: Lease[] = [];
      us += await eachUs(AT_ONCE, async (i) => {
        const { lease } = await owner.admit(requests[i]!);
        leases.push(lease!);
      });
      endUs += await eachUs(AT_ONCE, (i) => {
        leases[i]!.began(systemClock.now());
        leases[i]!.done(SPENT, systemClock.now());
      });
    }
    endUs /= calls / AT_ONCE;
    return us / (calls / AT_ONCE);
  });
  return { admitUs, endUs };
};
