import { isObject, type Json, type JsonObject, own } from '#core/json.ts';
import type { ApiDeps } from '#service-api/deps.ts';
import { ApiError, invalidParam, notFound } from '#service-api/dify-error.ts';
import { finishedData } from '#service-api/finished-run.ts';
import { type ApiCall, limitOf, sendJson } from '#service-api/http-call.ts';
import { type RunHead, statusOf } from '#service-api/runs.ts';
import type { ServedApp } from '#service-api/served-apps.ts';

/** `GET /info` */
export const appInfo = async (_: ApiDeps, { res, served: { app } }: ApiCall): Promise<void> =>
  sendJson(res, {
    name: app.name,
    description: app.description,
    tags: [],
    mode: app.written,
    author_name: '',
  });

/** Fields of a start node that the form of the API shows. */
export const formOf = ({ app }: ServedApp): JsonObject[] => {
  const start = app.nodes.find(({ type }) => type === 'start');
  const variables = start && own(start.data, 'variables');
  return (Array.isArray(variables) ? variables : []).flatMap((field) => {
    const type = isObject(field) ? own(field, 'type') : undefined;
    return isObject(field) && typeof type === 'string' ? [{ [type]: field }] : [];
  });
};

const OFF: JsonObject = { enabled: false };

/** `GET /parameters` */
export const appParameters = async (_: ApiDeps, { res, served }: ApiCall): Promise<void> => {
  const { written, openingStatement, suggestedQuestions, fileUpload, moderation } =
    served.app.features;
  const feature = (name: string): Json => own(written, name) ?? OFF;
  sendJson(res, {
    opening_statement: openingStatement,
    suggested_questions: [...suggestedQuestions],
    suggested_questions_after_answer: feature('suggested_questions_after_answer'),
    speech_to_text: OFF,
    text_to_speech: { ...OFF, voice: '', language: '' },
    retriever_resource: feature('retriever_resource'),
    annotation_reply: OFF,
    more_like_this: feature('more_like_this'),
    user_input_form: formOf(served),
    // Which words they are is told to nobody.
    sensitive_word_avoidance: {
      enabled: moderation !== undefined,
      type: moderation ? 'keywords' : '',
      configs: [],
    },
    file_upload: {
      enabled: false,
      image: { enabled: false, number_limits: 3, transfer_methods: ['local_file', 'remote_url'] },
      ...fileUpload,
    },
    system_parameters: {
      file_size_limit: 15,
      image_file_size_limit: 10,
      audio_file_size_limit: 50,
      video_file_size_limit: 100,
      workflow_file_upload_limit: 10,
    },
  });
};

/** `GET /meta` */
export const appMeta = async (_: ApiDeps, { res }: ApiCall): Promise<void> =>
  sendJson(res, { tool_icons: {} });

/** `GET /site` */
export const appSite = async (_: ApiDeps, { res, served: { app } }: ApiCall): Promise<void> =>
  sendJson(res, {
    title: app.name,
    chat_color_theme: null,
    chat_color_theme_inverted: false,
    icon_type: app.icon.type,
    icon: app.icon.value,
    icon_background: app.icon.background,
    icon_url: null,
    description: app.description,
    copyright: null,
    privacy_policy: null,
    custom_disclaimer: '',
    default_language: 'en-US',
    show_workflow_steps: true,
    use_icon_as_answer_icon: false,
  });

const mustBeWorkflow = ({ served: { app } }: ApiCall, orElse?: string): void => {
  if (app.written !== 'workflow' && app.written !== orElse)
    throw new ApiError(
      400,
      'not_workflow_app',
      'Please check if your app mode matches the right API route.',
    );
};

/** A run as it stands, with the fields of one that is over where it is. */
const runRow = (run: RunHead): JsonObject => {
  const { facts, finish } = run;
  if (finish) return finishedData(facts, finish);
  return {
    id: facts.id,
    workflow_id: facts.workflowId,
    status: statusOf(run),
    outputs: {},
    error: null,
    elapsed_time: 0,
    total_tokens: 0,
    total_steps: 0,
    created_at: facts.createdAt,
    finished_at: null,
  };
};

/** `GET /workflows/run/{id}` */
export const workflowRun = async (deps: ApiDeps, call: ApiCall): Promise<void> => {
  mustBeWorkflow(call, 'advanced-chat');
  const record = await deps.runs.get(call.params['runId'] ?? '');
  if (!record || record.facts.appId !== call.served.id) throw notFound('Workflow run not found.');
  sendJson(call.res, { ...runRow(record), inputs: record.facts.inputs });
};

/** Throws ApiError for what is no time. */
const momentIn = (query: URLSearchParams, name: string): number | undefined => {
  const text = query.get(name) ?? '';
  if (text === '') return undefined;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw invalidParam(`${name} must be a time: 2026-01-31T08:00:00Z`);
  return ms;
};

/** `GET /workflows/logs` */
export const workflowLogs = async (deps: ApiDeps, call: ApiCall): Promise<void> => {
  mustBeWorkflow(call);
  const { query, served } = call;
  const limit = limitOf(call);
  const page = Math.max(1, Number(query.get('page') ?? 1) || 1);
  const status = query.get('status');
  const text = query.get('keyword');
  const user = query.get('created_by_end_user_session_id');
  const fromMs = momentIn(query, 'created_at__after');
  const untilMs = momentIn(query, 'created_at__before');
  const { total, runs } = await deps.runs.page({
    appId: served.id,
    limit,
    offset: (page - 1) * limit,
    ...(status && { status }),
    ...(text && { text }),
    ...(user && { user }),
    ...(fromMs !== undefined && { fromMs }),
    ...(untilMs !== undefined && { untilMs }),
  });
  const data = runs.map((record) => ({
    id: record.facts.id,
    workflow_run: { version: '1', ...runRow(record) },
    created_from: record.facts.from,
    created_by_role: 'end_user',
    created_by_account: null,
    created_by_end_user: {
      id: record.facts.user,
      type: 'service_api',
      is_anonymous: false,
      session_id: record.facts.user,
    },
    created_at: record.facts.createdAt,
  }));
  sendJson(call.res, { page, limit, total, has_more: page * limit < total, data });
};
