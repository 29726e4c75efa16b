import { abortSignalOf } from '#core/call-signal.ts';
import type { JsonObject } from '#core/json.ts';
import { SpillwayError } from '#core/errors.ts';
import { z } from '#core/schema.ts';
import type { RunEvent } from '#flow/events.ts';
import { traceOf } from '#flow/trace.ts';
import { type AnyControlRoute, controlRoute } from '#gateway/admin/control-route.ts';
import { appOfPath } from '#server/apps/app-of-path.ts';
import type { Apps } from '#server/apps/open-apps.ts';
import { appRunsReply } from '#gateway/console/app-shapes.ts';
import { CONSOLE_USER } from '#server/apps/upload-control.ts';
import { eventStream } from '#server/apps/event-stream.ts';
import type { ApiDeps } from '#service-api/deps.ts';
import { startRun } from '#service-api/run-app.ts';
import { type RunHead, type RunRecord, statusOf } from '#service-api/runs.ts';
import type { ServedApp } from '#service-api/served-apps.ts';

// Plain JSON already: a schema of all that JSON may be cannot be told in OpenAPI's words.
const runSchema = z.object({
  query: z.string().optional(),
  inputs: z.looseObject({}).optional(),
  files: z.array(z.looseObject({})).optional(),
  conversation_id: z.string().optional(),
});

const pageSchema = z.object({
  page: z.coerce.number().int().min(1).max(100_000).optional(),
  limit: z.coerce.number().int().min(1).max(200).optional(),
  status: z.string().max(40).optional(),
});

/** Runs of apps, for whoever runs the gateway: start, watch, look at again, stop. */
export const runControl = ({ deps }: Apps): readonly AnyControlRoute[] => [
  controlRoute({
    method: 'post',
    path: '/spillway/apps/{id}/runs',
    access: 'admin',
    summary: 'Runs an app; its events stream until it is over, and a caller who leaves stops it.',
    body: runSchema,
    serve: ({ params, body, http }) =>
      startHere(deps, appOfPath({ deps }, params), { body, signal: abortSignalOf(http.signal) }),
  }),
  controlRoute({
    method: 'get',
    path: '/spillway/apps/{id}/runs',
    access: 'viewer',
    summary: 'Its latest runs, including those under way.',
    query: pageSchema,
    reply: appRunsReply,
    async serve({ params, query: { limit = 100, page = 1, status } }) {
      const asked = { appId: params['id'] ?? '', limit, offset: (page - 1) * limit };
      const { total, runs } = await deps.runs.page({ ...asked, ...(status && { status }) });
      return { data: runs.map(row), total, page, limit };
    },
  }),
  controlRoute({
    method: 'get',
    path: '/spillway/runs/{runId}',
    access: 'viewer',
    summary: 'One run: how it went, a row for each node, every event that is kept.',
    async serve({ params }) {
      const record = await find(deps, params);
      return { ...row(record), trace: traceOf(record.events), events: record.events };
    },
  }),
  controlRoute({
    method: 'get',
    path: '/spillway/runs/{runId}/events',
    access: 'viewer',
    summary: 'Its events from the first on, and new ones as they come.',
    async serve({ params, http }) {
      const record = await find(deps, params);
      return eventStream((say) => record.watch(say), http.signal);
    },
  }),
  controlRoute({
    method: 'post',
    path: '/spillway/runs/{runId}/stop',
    access: 'admin',
    summary: 'Stops a run that is under way.',
    async serve({ params }) {
      (await find(deps, params)).stop();
      return { result: 'success' };
    },
  }),
];

const find = async (
  { runs }: ApiDeps,
  params: Readonly<Record<string, string>>,
): Promise<RunRecord> => {
  const record = await runs.get(params['runId'] ?? '');
  if (record) return record;
  throw new SpillwayError('not_found', 'There is no such run, or it is forgotten already.');
};

const row = ({ facts, finish, isOver }: RunHead): JsonObject => ({
  id: facts.id,
  app_id: facts.appId,
  workflow_id: facts.workflowId,
  status: statusOf({ facts, finish, isOver }),
  from: facts.from,
  user: facts.user,
  query: facts.query,
  inputs: facts.inputs,
  conversation_id: facts.conversationId ?? null,
  message_id: facts.messageId ?? null,
  created_at: facts.createdAt,
  elapsed_ms: finish?.at ?? null,
  steps: finish?.steps ?? null,
  input_tokens: finish?.usage?.inputTokens ?? null,
  output_tokens: finish?.usage?.outputTokens ?? null,
  cost_nanos: finish?.costNanos ?? null,
  outputs: finish ? { ...finish.outputs } : null,
  error: finish?.error ? { ...finish.error } : null,
});

const startHere = async (
  deps: ApiDeps,
  served: ServedApp,
  { body, signal }: { readonly body: z.infer<typeof runSchema>; readonly signal: AbortSignal },
): Promise<Response> => {
  const { conversation_id: conversationId } = body;
  const conversation =
    conversationId === undefined ? undefined : await deps.conversations.get(conversationId);
  if (conversationId !== undefined && conversation?.appId !== served.id)
    throw new SpillwayError('not_found', 'There is no such conversation of this app.');
  const { record, events } = await startRun(deps, {
    served,
    query: body.query ?? '',
    inputs: (body.inputs ?? {}) as JsonObject,
    files: (body.files ?? []) as JsonObject[],
    user: CONSOLE_USER,
    from: 'console',
    signal,
    ...(conversation && { conversation }),
  });
  const { id: runId, taskId, conversationId: talk, messageId } = record.facts;
  const first = { type: 'run', runId, taskId, conversationId: talk, messageId };
  return eventStream((say) => {
    say(first);
    void readAll(events, say);
    return () => record.stop();
  }, signal);
};

const readAll = async (
  events: AsyncGenerator<RunEvent, void>,
  say: (event: RunEvent | undefined) => void,
): Promise<void> => {
  try {
    for await (const event of events) say(event);
  } finally {
    say(undefined);
  }
};
