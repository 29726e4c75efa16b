import type { IncomingMessage, ServerResponse } from 'node:http';
import { APP_KEY_PREFIX } from '#service-api/app-keys.ts';
import {
  appInfo,
  appMeta,
  appParameters,
  appSite,
  workflowLogs,
  workflowRun,
} from '#service-api/app-routes.ts';
import { completeChat, listModels } from '#service-api/as-model.ts';
import {
  deleteConversation,
  giveFeedback,
  listConversations,
  listFeedbacks,
  listMessages,
  listVariables,
  renameConversation,
  setVariable,
  suggestQuestions,
} from '#service-api/conversation-routes.ts';
import type { ApiDeps } from '#service-api/deps.ts';
import { ApiError, difyError, notFound } from '#service-api/dify-error.ts';
import { previewFile, uploadFile } from '#service-api/file-routes.ts';
import {
  chatMessages,
  completionMessages,
  runWorkflow,
  stopChat,
  stopCompletion,
  stopWorkflow,
} from '#service-api/generate.ts';
import { type ApiCall, sendJson } from '#service-api/http-call.ts';
import { resumeRun } from '#service-api/resume.ts';
import { seconds } from '#service-api/run-app.ts';

type Serve = (deps: ApiDeps, call: ApiCall) => Promise<void>;

/** Every path of Dify's service API that is served, under `/v1`. */
const ROUTES: readonly (readonly [method: string, path: string, serve: Serve])[] = [
  ['POST', '/chat-messages', chatMessages],
  ['POST', '/chat-messages/{taskId}/stop', stopChat],
  ['POST', '/completion-messages', completionMessages],
  ['POST', '/completion-messages/{taskId}/stop', stopCompletion],
  ['POST', '/workflows/run', runWorkflow],
  ['POST', '/workflows/{workflowId}/run', runWorkflow],
  ['GET', '/workflows/run/{runId}', workflowRun],
  ['POST', '/workflows/tasks/{taskId}/stop', stopWorkflow],
  ['GET', '/workflow/{runId}/events', resumeRun],
  ['GET', '/workflows/logs', workflowLogs],
  ['GET', '/conversations', listConversations],
  ['DELETE', '/conversations/{conversationId}', deleteConversation],
  ['POST', '/conversations/{conversationId}/name', renameConversation],
  ['GET', '/conversations/{conversationId}/variables', listVariables],
  ['PUT', '/conversations/{conversationId}/variables/{variableId}', setVariable],
  ['GET', '/messages', listMessages],
  ['POST', '/messages/{messageId}/feedbacks', giveFeedback],
  ['GET', '/messages/{messageId}/suggested', suggestQuestions],
  ['GET', '/app/feedbacks', listFeedbacks],
  ['GET', '/info', appInfo],
  ['GET', '/parameters', appParameters],
  ['GET', '/meta', appMeta],
  ['GET', '/site', appSite],
  ['POST', '/chat/completions', completeChat],
  ['GET', '/models', listModels],
  ['POST', '/files/upload', uploadFile],
  ['GET', '/files/{fileId}/preview', previewFile],
];

/** Paths of apps alone: whoever asks for one without their key is told of keys, not of models. */
const OWN =
  /^\/v1\/(?:chat-messages|completion-messages|workflows?|app|info|parameters|meta|site)(?![^/?])/;

interface Compiled {
  readonly method: string;
  readonly parts: readonly string[];
  readonly serve: Serve;
}

const COMPILED: readonly Compiled[] = ROUTES.map(([method, path, serve]) => ({
  method,
  parts: path.split('/').slice(1),
  serve,
}));

/** HTTP of apps: it answers whoever shows the key of one, whatever the path. */
export interface ServiceApi {
  /** Whether a request shows the key of an app, or asks for what apps alone have: the other paths are shared. */
  takes(req: IncomingMessage): boolean;
  serve(req: IncomingMessage, res: ServerResponse): Promise<void>;
}

export const createServiceApi = (deps: ApiDeps): ServiceApi => ({
  takes: ({ headers, url = '' }) => showsAppKey(headers.authorization) || isOwnPath(url),
  async serve(req, res) {
    const left = new AbortController();
    res.once('close', () => {
      if (!res.writableFinished) left.abort(new Error('The caller left.'));
    });
    try {
      const { served, params, query, serve } = route(deps, req);
      await serve(deps, { req, res, served, params, query, signal: left.signal });
    } catch (thrown) {
      if (res.headersSent || res.destroyed) {
        res.destroy();
        return;
      }
      const error = difyError(thrown);
      if (!req.complete) res.setHeader('connection', 'close');
      sendJson(res, { ...error }, error.status);
    }
  },
});

/** Below `/v1` and nowhere else. */
const isOwnPath = (url: string): boolean => {
  if (!OWN.test(url)) return false;
  const [, , ...parts] = url.split('?', 1)[0]!.split('/');
  return COMPILED.some((one) => paramsOf(one.parts, parts) !== undefined);
};

/** All that comes in is asked: the pattern is tried on what may fit it. */
const showsAppKey = (authorization: string | undefined): boolean =>
  authorization?.includes(APP_KEY_PREFIX) === true &&
  bearerOf(authorization)?.startsWith(APP_KEY_PREFIX) === true;

const bearerOf = (authorization: string | undefined): string | undefined =>
  /^bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1];

const NO_KEY = "Authorization header must be provided and start with 'Bearer'";

const route = (deps: ApiDeps, req: IncomingMessage) => {
  const secret = bearerOf(req.headers.authorization);
  if (secret === undefined) throw new ApiError(401, 'unauthorized', NO_KEY);
  const appId = deps.keys.appOf(secret, seconds(deps.clock));
  if (appId === undefined) throw new ApiError(401, 'unauthorized', 'Access token is invalid');
  const served = deps.apps.get(appId);
  if (!served) throw new ApiError(403, 'forbidden', 'The app no longer exists.');
  const url = new URL(req.url ?? '/', 'http://app');
  const path = url.pathname.replace(/^\/v1(?=\/)/, '').replace(/(?<=.)\/$/, '');
  const parts = path.split('/').slice(1);
  const fitting = COMPILED.flatMap((one) => {
    const params = paramsOf(one.parts, parts);
    return params ? [{ ...one, params }] : [];
  });
  const found = fitting.find(({ method }) => method === req.method);
  if (!found && fitting.length > 0)
    throw new ApiError(405, 'method_not_allowed', 'The method is not allowed for this path.');
  if (!found)
    throw notFound('An app has nothing at this path; for models use a key that is not the app’s.');
  return { served, params: found.params, query: url.searchParams, serve: found.serve };
};

const paramsOf = (
  pattern: readonly string[],
  parts: readonly string[],
): Record<string, string> | undefined => {
  if (pattern.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [i, name] of pattern.entries()) {
    const part = parts[i]!;
    if (name.startsWith('{')) params[name.slice(1, -1)] = part;
    else if (name !== part) return undefined;
  }
  return params;
};
