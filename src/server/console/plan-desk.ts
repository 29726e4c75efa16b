import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { SpillwayError } from '#core/errors.ts';
import type { JsonObject } from '#core/json.ts';
import type { ConsoleDeps } from '#gateway/console/deps.ts';
import type { DecisionStore } from '#gateway/decision-store.ts';
import type { PlanTask } from '#server/console/plan-task.ts';
import type { PlanSaid } from '#server/console/plan-worker.ts';

/** A thread that has said nothing for so long is ended, ms. */
const LONGEST_MS = 60_000;

type Given = Pick<PlanTask, 'config' | 'variables'> & {
  readonly decisions: DecisionStore;
  readonly learned: () => PlanTask['learned'];
};

/** Plans in a thread of their own, one at a time: what is served meanwhile must not wait for them. */
export const createPlanDesk = (given: Given): ConsoleDeps['plan'] => {
  let isBusy = false;
  return async (ask, signal) => {
    if (isBusy)
      throw new SpillwayError('unavailable', 'Another plan is being computed; try again then.');
    isBusy = true;
    const { config, variables, learned, decisions } = given;
    const recorded = ask.traffic.kind === 'recorded' ? recordedIn(decisions) : [];
    const workerData: PlanTask = { ask, config, variables, recorded, learned: learned() };
    const worker = new Worker(new URL(import.meta.resolve('#server/console/plan-worker.ts')), {
      workerData,
    });
    try {
      const over = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)]);
      const [said] = (await once(worker, 'message', { signal: over })) as [PlanSaid];
      if ('reply' in said) return said.reply;
      throw new SpillwayError(said.fault.code, said.fault.message, { status: 400 });
    } finally {
      isBusy = false;
      await worker.terminate();
    }
  };
};

/** What is remembered, as our own log writes it. */
const recordedIn = (decisions: DecisionStore): JsonObject[] =>
  [...decisions.newest()].map(({ remembered: { decision } }) => ({
    time: new Date(decision.at).toISOString(),
    group: decision.group,
    status: decision.status ?? 200,
    key: decision.tenant,
    user: '',
    input_tokens: decision.tokensIn ?? null,
    output_tokens: decision.tokensOut ?? null,
    queue_ms: decision.queueMs,
    total_ms: decision.totalMs ?? null,
  }));
