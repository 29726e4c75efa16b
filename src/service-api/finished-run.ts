import { isObject, type Json, type JsonObject } from '#core/json.ts';
import type { RunFinish } from '#flow/events.ts';
import { isFile } from '#flow/file.ts';
import { totalTokens } from '#service-api/dify-usage.ts';
import type { RunStartFacts } from '#service-api/runs.ts';

/** Why a run failed, as a caller is told. */
export const runFailed = ({ error }: RunFinish) => ({
  status: 400,
  code: 'invalid_param',
  message: `Run failed: ${error?.message ?? 'unknown'}`,
});

/** The end of a run, as the last event and whoever asks later are told. */
export const finishedData = (facts: RunStartFacts, event: RunFinish): JsonObject => ({
  id: facts.id,
  workflow_id: facts.workflowId,
  status: event.status,
  outputs: shown(event.outputs),
  error: event.error?.message ?? null,
  elapsed_time: event.at / 1000,
  total_tokens: totalTokens(event.usage),
  total_steps: event.steps,
  created_by: { id: facts.user, user: facts.user },
  created_at: facts.createdAt,
  finished_at: facts.createdAt + Math.floor(event.at / 1000),
  exceptions_count: event.exceptions,
  files: filesIn(event.outputs),
});

/** Values as they go out. */
export const shown = (values: Readonly<Record<string, Json>>): JsonObject => ({ ...values });

/** Files among values, and in their lists. */
export const filesIn = (values: Readonly<Record<string, Json>>): JsonObject[] =>
  Object.values(values)
    .flatMap((value) => (Array.isArray(value) ? value : [value]))
    .filter((value): value is JsonObject => isObject(value) && isFile(value));
