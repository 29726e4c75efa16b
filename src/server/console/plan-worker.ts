import { parentPort, workerData } from 'node:worker_threads';
import { SpillwayError } from '#core/errors.ts';
import type { PlanReply } from '#gateway/console/shapes.ts';
import { type PlanTask, runPlanTask } from '#server/console/plan-task.ts';

/** What the thread says when it is done. */
export type PlanSaid =
  | { readonly reply: PlanReply }
  | { readonly fault: { readonly code: SpillwayError['code']; readonly message: string } };

const said = await runPlanTask(workerData as PlanTask).then(
  (reply): PlanSaid => ({ reply }),
  (thrown: unknown): PlanSaid => {
    const { code, message } = SpillwayError.from(thrown);
    return { fault: { code, message } };
  },
);
parentPort?.postMessage(said);
