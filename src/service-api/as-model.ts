import { isObject, type Json, type JsonObject, own } from '#core/json.ts';
import type { Turn } from '#flow/nodes/node-type.ts';
import type { ApiDeps } from '#service-api/deps.ts';
import { ApiError, invalidParam, notFound } from '#service-api/dify-error.ts';
import { type ApiCall, readJson, sendJson } from '#service-api/http-call.ts';
import { type AppRun, startRun, talks } from '#service-api/run-app.ts';
import type { ServedApp } from '#service-api/served-apps.ts';

/** An app's name as a model. */
const modelOf = ({ app }: ServedApp): string => `app/${app.name}`;

/** `GET /models`, for clients that know apps as models. */
export const listModels = async (_: ApiDeps, { res, served }: ApiCall): Promise<void> =>
  sendJson(res, {
    object: 'list',
    data: [{ id: modelOf(served), object: 'model', created: served.createdAt, owned_by: 'app' }],
  });

/**
 * `POST /chat/completions`: the last message is the query, those before it are what was said.
 * `metadata` may have `inputs`, `files` and `conversation_id`, the first two as JSON in a text too.
 */
export const completeChat = async (deps: ApiDeps, call: ApiCall): Promise<void> => {
  const { served } = call;
  const body = await readJson(call.req, deps.clock);
  const turns = turnsOf(own(body, 'messages'));
  const given = own(body, 'metadata');
  const metadata = isObject(given) ? given : {};
  const files = parsed(own(metadata, 'files'));
  const user = textOf(own(body, 'user')) || 'model';
  const conversationId = textOf(own(metadata, 'conversation_id'));
  const conversation =
    conversationId === '' ? undefined : await deps.conversations.get(conversationId);
  if (conversationId !== '' && (conversation?.appId !== served.id || conversation.user !== user))
    throw notFound('Conversation Not Exists.');
  const inputs = parsed(own(metadata, 'inputs'));
  const run = startRun(deps, {
    served,
    query: turns.query,
    inputs: { ...onlyText(served, turns.query), ...(isObject(inputs) ? inputs : {}) },
    files: Array.isArray(files) ? files : [],
    user,
    from: 'model',
    signal: call.signal,
    ...(conversation ? { conversation } : { history: turns.history }),
  });
  const writer = new ModelWriter(run, modelOf(served));
  await (own(body, 'stream') === true
    ? streamed(call, run, { writer, withUsage: wantsUsage(body) })
    : whole(call, run, writer));
};

const wantsUsage = (body: JsonObject): boolean => {
  const options = own(body, 'stream_options');
  return isObject(options) && own(options, 'include_usage') === true;
};

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

/** Metadata are texts for some clients. */
const parsed = (value: Json | undefined): Json | undefined => {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as Json;
  } catch {
    throw invalidParam('`inputs` and `files` of `metadata` must be JSON.');
  }
};

/** A workflow with one text in its form is given what was asked. */
const onlyText = ({ app }: ServedApp, query: string): JsonObject => {
  const start = app.nodes.find(({ type }) => type === 'start');
  const variables = start && own(start.data, 'variables');
  const [only, ...more] = (Array.isArray(variables) ? variables : []).filter(isObject);
  if (app.mode !== 'workflow' || !only || more.length > 0) return {};
  const type = own(only, 'type');
  return type === 'text-input' || type === 'paragraph'
    ? { [textOf(own(only, 'variable'))]: query }
    : {};
};

/** Messages in pairs of a question and its answer; what a system says is the app's affair. */
const turnsOf = (messages: Json | undefined): { query: string; history: Turn[] } => {
  const said = (Array.isArray(messages) ? messages : []).filter(isObject).flatMap((message) => {
    const role = own(message, 'role');
    return role === 'user' || role === 'assistant' ? [{ role, text: contentOf(message) }] : [];
  });
  const last = said.pop();
  if (last?.role !== 'user') throw invalidParam('The last of `messages` must be the user’s.');
  const history: Turn[] = [];
  let query = '';
  for (const { role, text } of said) {
    if (role === 'user') query = text;
    else {
      history.push({ query, answer: text });
      query = '';
    }
  }
  return { query: last.text, history };
};

const contentOf = (message: JsonObject): string => {
  const content = own(message, 'content');
  if (!Array.isArray(content)) return textOf(content);
  return content.map((part) => (isObject(part) ? textOf(own(part, 'text')) : '')).join('');
};

/** A run in the words of a chat completion. */
class ModelWriter {
  readonly #run: AppRun;
  readonly #model: string;

  constructor(run: AppRun, model: string) {
    this.#run = run;
    this.#model = model;
  }

  base(object: string): JsonObject {
    const { id, createdAt } = this.#run.record.facts;
    return { id: `chatcmpl-${id}`, object, created: createdAt, model: this.#model };
  }

  chunk(delta: JsonObject, finish: string | null = null): JsonObject {
    return {
      ...this.base('chat.completion.chunk'),
      choices: [{ index: 0, delta, finish_reason: finish }],
    };
  }

  usage(): JsonObject {
    const { usage } = this.#run.record.finish ?? {};
    const [input, output] = [usage?.inputTokens ?? 0, usage?.outputTokens ?? 0];
    return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
  }

  /** What an app says that has no answer: what its workflow leaves. */
  rest(served: ServedApp): string {
    const { outputs } = this.#run.record.finish ?? {};
    return served.app.mode === 'workflow' ? JSON.stringify(outputs ?? {}) : '';
  }
}

const whole = async ({ res, served }: ApiCall, run: AppRun, writer: ModelWriter): Promise<void> => {
  let answer = '';
  for await (const event of run.events) if (event.type === 'answer-delta') answer += event.text;
  const { finish, facts } = run.record;
  if (finish?.status === 'failed')
    throw new ApiError(502, 'run_failed', finish.error?.message ?? 'The run failed.');
  const content = served.app.mode === 'workflow' ? writer.rest(served) : answer;
  sendJson(res, {
    ...writer.base('chat.completion'),
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage: writer.usage(),
    ...(talks(served) && { metadata: { conversation_id: facts.conversationId ?? '' } }),
  });
};

const streamed = async (
  { res, signal, served }: ApiCall,
  { events, record }: AppRun,
  { writer, withUsage }: { readonly writer: ModelWriter; readonly withUsage: boolean },
): Promise<void> => {
  res.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'x-accel-buffering': 'no',
  });
  const say = (payload: JsonObject): void => void res.write(`data: ${JSON.stringify(payload)}\n\n`);
  say(writer.chunk({ role: 'assistant', content: '' }));
  const isTalk = served.app.mode !== 'workflow';
  for await (const event of events)
    if (event.type === 'answer-delta' && isTalk) say(writer.chunk({ content: event.text }));
  const { finish } = record;
  if (signal.aborted) return;
  if (finish?.status === 'failed') {
    const message = finish.error?.message ?? 'The run failed.';
    say({ error: { message, type: 'run_failed', code: 'run_failed', param: null } });
    res.end();
    return;
  }
  if (!isTalk) say(writer.chunk({ content: writer.rest(served) }));
  say(writer.chunk({}, 'stop'));
  if (withUsage)
    say({ ...writer.base('chat.completion.chunk'), choices: [], usage: writer.usage() });
  res.end('data: [DONE]\n\n');
};
