import type { Registry } from 'prom-client';
import { type Count, CountTally, type Spread, SpreadTally } from '#server/tallies.ts';

/** Seconds: what people wait, from hardly at all to what proxies allow. */
const WAIT_BUCKETS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60];
const WHOLE_BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300];

/** What grows with each request. */
export const countersOf = (registry: Registry) => ({
  requests: new CountTally(
    {
      name: 'spillway_requests_total',
      help: 'Requests that are over. deployment: the last one tried, empty where none was.',
      labelNames: ['group', 'deployment', 'outcome'],
    },
    registry,
  ),
  tokens: new CountTally(
    {
      name: 'spillway_tokens_total',
      help: 'Tokens as vendors counted them. direction: input or output.',
      labelNames: ['group', 'deployment', 'direction'],
    },
    registry,
  ),
  spend: new CountTally(
    {
      name: 'spillway_spend_nanodollars_total',
      help: 'What the tokens came to, by their prices; a dollar is 1e9.',
      labelNames: ['group', 'deployment'],
    },
    registry,
  ),
  unpriced: new CountTally(
    {
      name: 'spillway_unpriced_requests_total',
      help: 'Answers whose tokens have no price that is known: no part of the spend.',
      labelNames: ['group', 'deployment'],
    },
    registry,
  ),
  refusals: new CountTally(
    {
      name: 'spillway_upstream_refusals_total',
      help: 'Calls that vendors refused for the sake of a limit.',
      labelNames: ['deployment', 'class'],
    },
    registry,
  ),
  failures: new CountTally(
    {
      name: 'spillway_upstream_failures_total',
      help: 'Calls that failed for any other reason.',
      labelNames: ['deployment', 'kind'],
    },
    registry,
  ),
  refused: new CountTally(
    {
      name: 'spillway_refused_total',
      help: 'Requests that Spillway refused by itself, by its error codes.',
      labelNames: ['reason'],
    },
    registry,
  ),
  queueWait: new SpreadTally({
    name: 'spillway_queue_wait_seconds',
    help: 'How long requests waited in line for quota.',
    label: 'group',
    buckets: WAIT_BUCKETS,
  }),
  whole: new SpreadTally({
    name: 'spillway_request_seconds',
    help: 'From the arrival of requests to the end of their answers.',
    label: 'group',
    buckets: WHOLE_BUCKETS,
  }),
});

export type Counted = ReturnType<typeof countersOf>;

/** What is counted of one group, found once. */
export class GroupCounts {
  readonly queueWait: Spread;
  readonly whole: Spread;
  readonly #counted: Counted;
  readonly #group: string;
  readonly #deployments = new Map<string, DeploymentCounts>();

  constructor(counted: Counted, group: string) {
    this.#counted = counted;
    this.#group = group;
    this.queueWait = counted.queueWait.at(group);
    this.whole = counted.whole.at(group);
  }

  of(deployment: string): DeploymentCounts {
    let its = this.#deployments.get(deployment);
    if (!its) {
      its = new DeploymentCounts(this.#counted, this.#group, deployment);
      this.#deployments.set(deployment, its);
    }
    return its;
  }
}

/** What is counted of one deployment in one group: each is shown once there has been something to count. */
class DeploymentCounts {
  readonly #counted: Counted;
  readonly #labels: readonly [group: string, deployment: string];
  readonly #outcomes = new Map<string, Count>();
  #input: Count | undefined;
  #output: Count | undefined;
  #spend: Count | undefined;
  #unpriced: Count | undefined;

  constructor(counted: Counted, group: string, deployment: string) {
    this.#counted = counted;
    this.#labels = [group, deployment];
  }

  outcome(outcome: string): Count {
    let count = this.#outcomes.get(outcome);
    if (!count) {
      count = this.#counted.requests.at(...this.#labels, outcome);
      this.#outcomes.set(outcome, count);
    }
    return count;
  }

  get input(): Count {
    return (this.#input ??= this.#counted.tokens.at(...this.#labels, 'input'));
  }

  get output(): Count {
    return (this.#output ??= this.#counted.tokens.at(...this.#labels, 'output'));
  }

  get spend(): Count {
    return (this.#spend ??= this.#counted.spend.at(...this.#labels));
  }

  get unpriced(): Count {
    return (this.#unpriced ??= this.#counted.unpriced.at(...this.#labels));
  }
}
