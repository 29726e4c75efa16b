import type { Candidate, Policy } from '#balancer/policies/policy.ts';

/** A deployment as the pool shows it: a candidate, or the reason why it is none. */
export interface Row extends Candidate {
  /** Why it cannot take any request now; absent when it can. */
  readonly unusable?: string;
}

export interface RouteRequest {
  readonly rows: readonly Row[];
  /** Deployments that have failed this request already. */
  readonly tried: ReadonlySet<string>;
  readonly policy: Policy;
  readonly random: () => number;
}

export interface Routed {
  /** The deployment to use; absent when none can take the request. */
  readonly choice: string | undefined;
  readonly candidates: readonly string[];
  /** Who was left out, and why. */
  readonly out: readonly { readonly name: string; readonly why: string }[];
}

/** The one decision: pure in its rows. Serving, explaining and replaying all ask it. */
export const route = ({ rows, tried, policy, random }: RouteRequest): Routed => {
  const candidates: Row[] = [];
  const out: { name: string; why: string }[] = [];
  for (const row of rows) {
    const why = row.unusable ?? (tried.has(row.name) ? 'tried' : undefined);
    if (why === undefined) candidates.push(row);
    else out.push({ name: row.name, why });
  }
  const choice = candidates.length > 0 ? policy({ candidates, random }).name : undefined;
  return { choice, candidates: candidates.map((row) => row.name), out };
};
