import leastBusy from '#balancer/policies/least-busy.ts';
import type { Policy, PolicyModule } from '#balancer/policies/policy.ts';
import simpleShuffle from '#balancer/policies/simple-shuffle.ts';

/** Every policy, one line each. */
export const policies: readonly PolicyModule[] = [leastBusy, simpleShuffle];

/** Throws when no policy has this name or its options do not fit: a loaded config has checked both. */
export const createPolicy = (name: string, options: unknown): Policy => {
  const found = policies.find((policy) => policy.name === name);
  if (!found) throw new Error(`There is no policy named ${name}.`);
  return found.create(options);
};
