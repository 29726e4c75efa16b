import type { DecisionBuilder } from '#balancer/decision.ts';
import type { Usage } from '#wire/chat-event.ts';

/** What is known of a request once it has been answered: for its line in the log. */
export interface Served {
  readonly decision?: DecisionBuilder;
  readonly usage?: Usage;
  /** Of a stream that broke off: messages with content until then. */
  readonly pieces?: number;
}

export const servedBy = (decision: DecisionBuilder, usage: Usage | undefined): Served => ({
  decision,
  ...(usage && { usage }),
});
