import { isObject, type JsonObject, own } from '#core/json.ts';
import { textAt } from '#core/fields.ts';
import { answerAfter } from '#flow/answer-text.ts';
import type { RunFinish } from '#flow/events.ts';
import { usageValue } from '#flow/spent.ts';
import type { Conversation } from '#service-api/conversations.ts';
import { deadlineIn } from '#service-api/deadline.ts';
import type { ApiDeps } from '#service-api/deps.ts';
import { DifyEvents, type DifyEventsOptions } from '#service-api/dify-events.ts';
import { finishedData, runFailed } from '#service-api/finished-run.ts';
import { ApiError, difyError, invalidParam, notFound } from '#service-api/dify-error.ts';
import { type ApiCall, readJson, sendJson, userIn } from '#service-api/http-call.ts';
import { type AppRun, startRun, talks } from '#service-api/run-app.ts';
import type { ServedApp } from '#service-api/served-apps.ts';
import { sendStream } from '#service-api/sse.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export const styleOf = ({ app }: ServedApp): DifyEventsOptions['style'] => {
  if (app.written === 'workflow') return 'text';
  if (app.written === 'advanced-chat') return 'message';
  return app.written === 'agent-chat' ? 'agent' : 'plain';
};

/** `POST /chat-messages` */
export const chatMessages = async (deps: ApiDeps, call: ApiCall): Promise<void> => {
  const { served } = call;
  mustTalk(call);
  const body = await readJson(call.req, deps.clock);
  const query = own(body, 'query');
  if (typeof query !== 'string') throw invalidParam('Arg query must be provided.');
  const user = userIn(body);
  mustBeCurrent(served, textAt(body, 'workflow_id'));
  const conversation = await conversationOf(deps, served, { body, user });
  if (served.app.written === 'agent-chat' && !isStreaming(body))
    throw invalidParam('Agent Chat App does not support blocking mode');
  await generate(deps, call, { body, user, query, ...(conversation && { conversation }) });
};

/** `POST /completion-messages` */
export const completionMessages = async (deps: ApiDeps, call: ApiCall): Promise<void> => {
  mustComplete(call);
  const body = await readJson(call.req, deps.clock);
  const inputs = own(body, 'inputs');
  const query = textAt(body, 'query') || (isObject(inputs) ? textAt(inputs, 'query') : '');
  await generate(deps, call, { body, user: userIn(body), query });
};

/** `POST /workflows/run` */
export const runWorkflow = async (deps: ApiDeps, call: ApiCall): Promise<void> => {
  mustWork(call);
  mustBeCurrent(call.served, call.params['workflowId'] ?? '');
  const body = await readJson(call.req, deps.clock);
  await generate(deps, call, { body, user: userIn(body), query: '' });
};

/** Versions of an app that were are not kept. */
const mustBeCurrent = ({ workflowId }: ServedApp, asked: string): void => {
  if (asked !== '' && asked !== workflowId)
    throw notFound('Workflow not found: only the current version of an app is served.');
};

const WRONG_ROUTE = 'Please check if your app mode matches the right API route.';

const mustTalk = ({ served }: ApiCall): void => {
  if (!talks(served)) throw new ApiError(400, 'not_chat_app', WRONG_ROUTE);
};

const mustComplete = ({ served }: ApiCall): void => {
  if (served.app.written !== 'completion')
    throw new ApiError(400, 'app_unavailable', 'This app is no completion app.');
};

const mustWork = ({ served }: ApiCall): void => {
  if (served.app.written !== 'workflow') throw new ApiError(400, 'not_workflow_app', WRONG_ROUTE);
};

/** Throws ApiError for a mode that there is not. */
const isStreaming = (body: JsonObject): boolean => {
  const mode = own(body, 'response_mode') ?? 'blocking';
  if (mode === 'streaming' || mode === 'blocking') return mode === 'streaming';
  throw invalidParam('response_mode must be streaming or blocking.');
};

const conversationOf = async (
  { conversations }: ApiDeps,
  served: ServedApp,
  { body, user }: { readonly body: JsonObject; readonly user: string },
): Promise<Conversation | undefined> => {
  const given = own(body, 'conversation_id') ?? '';
  // What is no text at all would begin a conversation that nobody asked for.
  const id = typeof given === 'string' ? given.trim() : 'none';
  if (id === '') return undefined;
  if (!UUID.test(id)) throw invalidParam('conversation_id must be a valid UUID');
  const conversation = await conversations.get(id);
  if (!conversation || conversation.appId !== served.id || conversation.user !== user)
    throw notFound('Conversation Not Exists.');
  return conversation;
};

interface Asked {
  readonly body: JsonObject;
  readonly user: string;
  readonly query: string;
  readonly conversation?: Conversation;
}

const generate = async (deps: ApiDeps, call: ApiCall, asked: Asked): Promise<void> => {
  const { body, user, query, conversation } = asked;
  const inputs = own(body, 'inputs');
  if (!isObject(inputs)) throw invalidParam('Arg inputs must be provided: an object.');
  const files = own(body, 'files') ?? [];
  if (!Array.isArray(files)) throw invalidParam('Arg files must be a list of files.');
  const streams = isStreaming(body);
  const deadline = deadlineIn(call, deps);
  const run = await startRun(deps, {
    served: call.served,
    query,
    inputs,
    files,
    user,
    from: 'service-api',
    signal: call.signal,
    ...(deadline !== undefined && { deadline }),
    ...(conversation && { conversation }),
  });
  if (streams) await stream(deps, call, run);
  else await block(call, run);
};

const stream = (deps: ApiDeps, call: ApiCall, run: AppRun): Promise<void> => {
  const events = new DifyEvents({ facts: run.record.facts, style: styleOf(call.served) });
  return sendStream(call, {
    clock: deps.clock,
    events: run.events,
    write: (event) => events.of(event),
    failed: (thrown) => events.failed(difyError(thrown)),
  });
};

/** All of it at once, when it is over. */
const block = async ({ res, served }: ApiCall, { record, events }: AppRun): Promise<void> => {
  let answer = '';
  let finish: RunFinish | undefined;
  for await (const event of events) {
    answer = answerAfter(answer, event);
    if (event.type === 'run-finish') finish = event;
  }
  if (!finish) throw new ApiError(500, 'internal_server_error', 'The run ended without an end.');
  const { facts } = record;
  if (served.app.written === 'workflow')
    return sendJson(res, {
      task_id: facts.taskId,
      workflow_run_id: facts.id,
      data: finishedData(facts, finish),
    });
  if (finish.status === 'failed') {
    const { status, code, message } = runFailed(finish);
    throw new ApiError(status, code, message);
  }
  sendJson(res, {
    event: 'message',
    task_id: facts.taskId,
    id: facts.messageId ?? '',
    message_id: facts.messageId ?? '',
    ...(talks(served) && { conversation_id: facts.conversationId ?? '' }),
    mode: served.app.written,
    answer,
    metadata: {
      annotation_reply: null,
      usage: usageValue(finish, { latencyMs: finish.at }),
      retriever_resources: [],
    },
    created_at: facts.createdAt,
  });
};

/** `POST /chat-messages/{task}/stop` */
export const stopChat = async (deps: ApiDeps, call: ApiCall): Promise<void> => {
  mustTalk(call);
  await stopTask(deps, call);
};

/** `POST /completion-messages/{task}/stop` */
export const stopCompletion = async (deps: ApiDeps, call: ApiCall): Promise<void> => {
  mustComplete(call);
  await stopTask(deps, call);
};

/** `POST /workflows/tasks/{task}/stop` */
export const stopWorkflow = async (deps: ApiDeps, call: ApiCall): Promise<void> => {
  mustWork(call);
  await stopTask(deps, call);
};

/** Stops a run that is under way; one that is over already is none to complain about. */
const stopTask = async (deps: ApiDeps, call: ApiCall): Promise<void> => {
  const body = await readJson(call.req, deps.clock);
  const user = userIn(body);
  const record = deps.runs.byTask(call.params['taskId'] ?? '');
  if (record && record.facts.appId === call.served.id && record.facts.user === user) record.stop();
  sendJson(call.res, { result: 'success' });
};
