import type { DecisionBuilder } from '#balancer/decision.ts';

/** What is known of a request once it has been answered: for its line in the log. */
export interface Served {
  readonly decision?: DecisionBuilder;
  /** Of a stream that broke off: messages with content until then. */
  readonly pieces?: number;
}
