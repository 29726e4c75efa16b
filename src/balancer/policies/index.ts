import costBased from '#balancer/policies/cost-based-routing.ts';
import latencyBased from '#balancer/policies/latency-based-routing.ts';
import leastBusy from '#balancer/policies/least-busy.ts';
import type { Policy, PolicyModule } from '#balancer/policies/policy.ts';
import quotaAware from '#balancer/policies/quota-aware.ts';
import simpleShuffle from '#balancer/policies/simple-shuffle.ts';
import usageBasedV2 from '#balancer/policies/usage-based-routing-v2.ts';
import usageBased from '#balancer/policies/usage-based-routing.ts';

/** Every policy, one line each. */
export const policies: readonly PolicyModule[] = [
  costBased,
  latencyBased,
  leastBusy,
  quotaAware,
  simpleShuffle,
  usageBased,
  usageBasedV2,
];

/** Throws when no policy has this name or its options do not fit: a loaded config has checked both. */
export const createPolicy = (name: string, options: unknown): Policy => {
  const found = policies.find((policy) => policy.name === name);
  if (!found) throw new Error(`There is no policy named ${name}.`);
  return found.create(options);
};
