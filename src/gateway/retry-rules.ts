import { effectOf, type FailureKind, type PolicyWord } from '#balancer/classify.ts';

/** LiteLLM's retry policies: for each kind of failure that is named, how many retries it gets. */
export type RetryPolicy = { readonly [Word in PolicyWord]?: number };

export interface RetrySettings {
  readonly policy: RetryPolicy;
  /** By group, in place of `policy`. */
  readonly groups: Readonly<Record<string, RetryPolicy>>;
  /** Whether a call that timed out, and may have run, is sent again. */
  readonly onTimeout: boolean;
}

/**
 * How many retries the config gives a request after this failure; undefined where it says nothing of
 * it. A policy's word for the failure comes first, then its default, then what the deployment that
 * failed has for itself. Only the word itself lets what fails everywhere be tried again.
 */
export const retriesAfter = (
  kind: FailureKind,
  { policy, groups }: RetrySettings,
  of: { readonly group: string; readonly deploymentRetries: number | undefined },
): number | undefined => {
  const rules = groups[of.group] ?? policy;
  const { word, retry } = effectOf(kind);
  const named = rules[word] ?? (word === 'contentPolicy' ? rules.badRequest : undefined);
  if (named !== undefined || retry === 'never') return named;
  return rules.default ?? of.deploymentRetries;
};
