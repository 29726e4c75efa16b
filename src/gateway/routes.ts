import { geminiRoutes, modelsFor } from '#gateway/gemini-routes.ts';
import { type Route, RouteTable } from '#gateway/route-table.ts';
import { serveResponses } from '#gateway/responses/serve-responses.ts';
import {
  serveInputItems,
  serveResponse,
  serveResponseCancellation,
  serveResponseDeletion,
} from '#gateway/responses/serve-stored.ts';
import { serveChat } from '#gateway/serve-chat.ts';
import { type Counter, serveCount } from '#gateway/serve-count.ts';
import { serveEmbeddings } from '#gateway/serve-embeddings.ts';
import { serveDecision } from '#gateway/serve-decision.ts';
import { serveEvents } from '#gateway/serve-events.ts';
import { serveExplain } from '#gateway/serve-explain.ts';
import { serveDeploymentHealth } from '#gateway/serve-deployment-health.ts';
import { serveLiveness, serveReadiness } from '#gateway/serve-health.ts';
import { serveMetrics } from '#gateway/serve-metrics.ts';
import { serveQuota } from '#gateway/serve-quota.ts';
import { serveModelGroupInfo, serveModelInfo, serveModelPage } from '#gateway/serve-model-info.ts';
import { serveRerank } from '#gateway/serve-rerank.ts';
import { serveModel, serveModels } from '#gateway/serve-models.ts';
import { serveSink } from '#gateway/serve-sink.ts';
import { serveTokenCounter } from '#gateway/serve-token-counter.ts';
import { anthropicMessages } from '#wire/anthropic-messages/index.ts';
import type { ChatDialect } from '#wire/dialect.ts';
import { gemini } from '#wire/gemini/index.ts';
import { openaiResponses } from '#wire/openai-responses/index.ts';
import { openaiChat } from '#wire/openai-chat/index.ts';
import { openaiCompletions } from '#wire/openai-completions/index.ts';

const get = (access: Route['access'], serve: Route['serve']): Route => ({
  method: 'GET',
  access,
  serve,
});
const post = (serve: Route['serve'], access: Route['access'] = 'key'): Route => ({
  method: 'POST',
  access,
  serve,
});

/** Where a conversation is held in this dialect. */
const chatIn = (dialect: ChatDialect, callType: string): Route => ({
  ...post(serveChat(dialect)),
  dialect,
  callType,
});
const chats = chatIn(openaiChat, 'acompletion');
const completions = chatIn(openaiCompletions, 'atext_completion');
const messages = chatIn(anthropicMessages, 'anthropic_messages');
const embeddings: Route = { ...post(serveEmbeddings), callType: 'aembedding' };
const reranks: Route = { ...post(serveRerank), callType: 'arerank' };

/** Where responses are created, and those that there are can be asked for. */
const responsesAt = (path: string): [string, Route][] => {
  const dialect = openaiResponses;
  const one = `${path}/{id}`;
  return [
    [path, { ...post(serveResponses), dialect, callType: 'aresponses' }],
    [one, { ...get('key', serveResponse), dialect }],
    [one, { method: 'DELETE', access: 'key', serve: serveResponseDeletion, dialect }],
    [`${one}/cancel`, { ...post(serveResponseCancellation), dialect }],
    [`${one}/input_items`, { ...get('key', serveInputItems), dialect }],
  ];
};

/** Where a prompt's tokens are counted. */
const countIn = (counter: Counter): Route => ({
  ...post(serveCount(counter)),
  dialect: counter.dialect,
});
const messagesCounter: Counter = { dialect: anthropicMessages, field: 'input_tokens' };

/**
 * Every path there is. `{name}` stands for whatever is there, `{model}` for slashes too. Dify's plugin
 * appends to whatever base it is given: both prefixes work. What looks like a copy is as LiteLLM has it.
 */
export const TABLE: readonly (readonly [path: string, route: Route])[] = [
  ['/chat/completions', chats],
  ['/v1/chat/completions', chats],
  ['/engines/{model}/chat/completions', chats],
  ['/openai/deployments/{model}/chat/completions', chats],
  ['/completions', completions],
  ['/v1/completions', completions],
  ['/engines/{model}/completions', completions],
  ['/openai/deployments/{model}/completions', completions],
  ...['/responses', '/v1/responses', '/openai/v1/responses', '/openai/responses'].flatMap(
    responsesAt,
  ),
  ['/v1/messages', messages],
  ['/anthropic/v1/messages', messages],
  ['/v1/messages/count_tokens', countIn(messagesCounter)],
  ['/anthropic/v1/messages/count_tokens', countIn(messagesCounter)],
  ['/utils/token_counter', post(serveTokenCounter)],
  ['/api/event_logging/batch', post(serveSink)],
  ['/embeddings', embeddings],
  ['/v1/embeddings', embeddings],
  ['/engines/{model}/embeddings', embeddings],
  ['/openai/deployments/{model}/embeddings', embeddings],
  ['/rerank', reranks],
  ['/v1/rerank', reranks],
  ['/v2/rerank', reranks],
  // Before the model of any name: theirs end in a verb.
  ...geminiRoutes,
  ['/models', get('key', serveModels)],
  ['/models/{model}', get('key', serveModel)],
  ['/v1/models', modelsFor('list', serveModels)],
  ['/v1/models/{model}', modelsFor('one', serveModel)],
  ['/model/info', get('key', serveModelInfo)],
  ['/v1/model/info', get('key', serveModelInfo)],
  ['/v2/model/info', get('key', serveModelPage)],
  ['/model_group/info', get('key', serveModelGroupInfo)],
  ['/spillway/route/explain', post(serveExplain, 'viewer')],
  ['/spillway/decisions/{id}', get('viewer', serveDecision)],
  ['/spillway/events', get('viewer', serveEvents)],
  ['/spillway/quota', get('viewer', serveQuota)],
  ['/metrics', get('metrics', serveMetrics)],
  ['/metrics/', get('metrics', serveMetrics)],
  ['/health', get('key', serveDeploymentHealth)],
  ['/health/liveliness', get('public', serveLiveness)],
  ['/health/liveness', get('public', serveLiveness)],
  ['/health/readiness', get('public', serveReadiness)],
];

export const routes = new RouteTable(TABLE);

/** Below these look only clients of one dialect, who are to understand that there is nothing. */
const BRANCHES: readonly (readonly [branch: string, dialect: ChatDialect])[] = [
  ['/v1/messages/', anthropicMessages],
  ['/v1beta/', gemini],
  ['/v1beta1/', gemini],
];

export const dialectBelow = (path: string): ChatDialect | undefined =>
  BRANCHES.find(([branch]) => path.startsWith(branch))?.[1];
