import type { Clock } from '#core/clock.ts';
import { SpillwayError } from '#core/errors.ts';
import type { FlowLimits } from '#flow/limits.ts';
import type { Turn } from '#flow/nodes/node-type.ts';
import type { FlowServices } from '#flow/ports.ts';
import type { Flow } from '#flow/prepare.ts';
import { type Spent, sumSpent } from '#flow/spent.ts';

export interface RunStateOptions {
  readonly flow: Flow;
  readonly limits: FlowLimits;
  readonly services: FlowServices;
  readonly clock: Clock;
  readonly runId: string;
  readonly history: readonly Turn[];
  /** How many flows stand above this run. */
  readonly depth: number;
}

/** What one run has in common, however deep its containers nest. */
export class RunState {
  readonly options: RunStateOptions;
  readonly deadline: number;
  readonly #startedAt: number;
  #steps = 0;
  #exceptions = 0;
  #spent: Spent = {};

  constructor(options: RunStateOptions) {
    this.options = options;
    this.#startedAt = options.clock.now();
    this.deadline = this.#startedAt + options.limits.durationMs;
  }

  get steps(): number {
    return this.#steps;
  }

  get exceptions(): number {
    return this.#exceptions;
  }

  /** By all calls together, as far as that is known. */
  get spentInAll(): Spent {
    return this.#spent;
  }

  /** Since the run's start, ms. */
  at(): number {
    return this.options.clock.now() - this.#startedAt;
  }

  /** Throws SpillwayError `too_large` after the last step that a run may take. */
  nextStep(): number {
    const { allSteps } = this.options.limits;
    if (this.#steps === allSteps)
      throw new SpillwayError('too_large', `The run takes more than ${allSteps} steps.`);
    return ++this.#steps;
  }

  excepted(): void {
    this.#exceptions++;
  }

  spent(more: Spent): void {
    this.#spent = sumSpent(this.#spent, more);
  }
}
