import { answerAfter } from '#flow/answer-text.ts';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Clock } from '#core/clock.ts';
import { SpillwayError } from '#core/errors.ts';
import { listAt, mapAt, textAt } from '#core/fields.ts';
import { isObject, type Json, type JsonObject, own } from '#core/json.ts';
import type { RunEvent, RunFinish } from '#flow/events.ts';
import type { Turn } from '#flow/nodes/node-type.ts';
import type { ApiDeps } from '#service-api/deps.ts';
import { deadlineIn } from '#service-api/deadline.ts';
import { invalidParam, notFound } from '#service-api/dify-error.ts';
import { type ApiCall, readJson, sendJson } from '#service-api/http-call.ts';
import { type AppRun, type RunPayer, startRun, talks } from '#service-api/run-app.ts';
import type { ServedApp } from '#service-api/served-apps.ts';

/** An app's name as a model. */
const modelOf = ({ app }: ServedApp): string => `app/${app.name}`;

/** `GET /models`, for clients that know apps as models. */
export const listModels = async (_: ApiDeps, { res, served }: ApiCall): Promise<void> =>
  sendJson(res, {
    object: 'list',
    data: [{ id: modelOf(served), object: 'model', created: served.createdAt, owned_by: 'app' }],
  });

/** `POST /chat/completions` with the key of an app. */
export const completeChat = async (deps: ApiDeps, call: ApiCall): Promise<void> => {
  const { served, res, signal } = call;
  const body = await readJson(call.req, deps.clock);
  const user = textAt(body, 'user') || 'model';
  const deadline = deadlineIn(call, { clock: deps.clock, body });
  await answerAsModel(deps, { served, body, res, signal, user, ...(deadline && { deadline }) });
};

export interface ModelAsked extends Pick<ApiCall, 'served' | 'res' | 'signal'> {
  readonly body: JsonObject;
  readonly user: string;
  /** Who pays for what the app asks of models; the app itself where absent. */
  readonly payer?: RunPayer;
  /** A stream tells what it used, asked or not. */
  readonly withUsage?: boolean;
  /** When its caller waits no longer, monotonic ms; the run ends then. */
  readonly deadline?: number;
}

/**
 * The last message is the query, those before it are what was said. `metadata` may have `inputs`,
 * `files` and `conversation_id`, the first two as JSON in a text too; an empty `conversation_id` begins
 * a conversation that can be gone on with, and without any nothing is kept. Throws ApiError or SpillwayError
 * as long as nothing is sent.
 */
export const answerAsModel = async (deps: ApiDeps, asked: ModelAsked): Promise<void> => {
  const { served, body, user, payer, deadline } = asked;
  const turns = turnsOf(body);
  const metadata = mapAt(body, 'metadata');
  const files = parsed(own(metadata, 'files'));
  const isKept = own(metadata, 'conversation_id') !== undefined;
  const conversationId = textAt(metadata, 'conversation_id');
  const conversation =
    conversationId === '' ? undefined : await deps.conversations.get(conversationId);
  if (conversationId !== '' && (conversation?.appId !== served.id || conversation.user !== user))
    throw notFound('Conversation Not Exists.');
  const inputs = parsed(own(metadata, 'inputs'));
  const run = await startRun(deps, {
    served,
    query: turns.query,
    inputs: { ...onlyText(served, turns.query), ...(isObject(inputs) ? inputs : {}) },
    files: Array.isArray(files) ? files : [],
    user,
    from: 'model',
    signal: asked.signal,
    ...(payer && { payer }),
    ...(deadline !== undefined && { deadline }),
    ...(conversation && { conversation }),
    ...(!isKept && { history: turns.history }),
  });
  const writer = new ModelWriter(run, modelOf(served), isKept && talks(served));
  await (own(body, 'stream') === true
    ? streamed(asked, run, {
        writer,
        withUsage: wantsUsage(body) || asked.withUsage === true,
        clock: deps.clock,
      })
    : whole(asked, run, writer));
};

const wantsUsage = (body: JsonObject): boolean =>
  own(mapAt(body, 'stream_options'), 'include_usage') === true;

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
  const [only, ...more] = start ? listAt(start.data, 'variables') : [];
  if (app.mode !== 'workflow' || !only || more.length > 0) return {};
  const type = own(only, 'type');
  return type === 'text-input' || type === 'paragraph' ? { [textAt(only, 'variable')]: query } : {};
};

/** Messages in pairs of a question and its answer; what a system says is the app's affair. */
const turnsOf = (body: JsonObject): { query: string; history: Turn[] } => {
  const said = listAt(body, 'messages').flatMap((message) => {
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
  if (!Array.isArray(content)) return textAt(message, 'content');
  return content.map((part) => (isObject(part) ? textAt(part, 'text') : '')).join('');
};

/** A run in the words of a chat completion. */
class ModelWriter {
  readonly #run: AppRun;
  readonly #model: string;
  readonly #isKept: boolean;

  constructor(run: AppRun, model: string, isKept: boolean) {
    this.#run = run;
    this.#model = model;
    this.#isKept = isKept;
  }

  /** Under which id it can be gone on with. */
  kept(): JsonObject {
    const { conversationId = '' } = this.#run.record.facts;
    return this.#isKept ? { metadata: { conversation_id: conversationId } } : {};
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

const whole = async (
  { res, served }: ModelAsked,
  run: AppRun,
  writer: ModelWriter,
): Promise<void> => {
  let answer = '';
  for await (const event of run.events) answer = answerAfter(answer, event);
  const { finish } = run.record;
  if (finish?.status === 'failed') throw runError(finish);
  const content = served.app.mode === 'workflow' ? writer.rest(served) : answer;
  sendJson(res, {
    ...writer.base('chat.completion'),
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: endOf(finish) }],
    usage: writer.usage(),
    ...writer.kept(),
  });
};

const endOf = (finish: RunFinish | undefined): 'stop' | 'content_filter' =>
  finish?.moderated ? 'content_filter' : 'stop';

/** What kept a run from its end: a limit of whoever pays, a model that is not there. */
const runError = ({ error }: RunFinish): SpillwayError =>
  new SpillwayError(error?.code ?? 'node_failed', error?.message ?? 'The run failed.', {
    ...(error?.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }),
  });

/** After so long without a word something is said, ms. */
const PING_MS = 10_000;

interface Streaming {
  readonly writer: ModelWriter;
  readonly withUsage: boolean;
  readonly clock: Clock;
}

const streamed = async (
  { res, signal, served }: ModelAsked,
  { events, record }: AppRun,
  { writer, withUsage, clock }: Streaming,
): Promise<void> => {
  const talk = new ChunkStream(res, clock, writer);
  const isTalk = served.app.mode !== 'workflow';
  try {
    for await (const event of events) {
      const content = isTalk ? saidBy(event) : '';
      if (content === '') continue;
      // Waits for a slow reader; one who leaves ends the run.
      if (!talk.say(writer.chunk({ content }))) await once(res, 'drain', { signal });
    }
    const { finish } = record;
    if (signal.aborted) return;
    if (finish?.status === 'failed') {
      const error = runError(finish);
      if (!res.headersSent) throw error;
      const { code, message } = error;
      talk.say({ error: { message, type: code, code, param: null } });
      res.end();
      return;
    }
    if (!isTalk) talk.say(writer.chunk({ content: writer.rest(served) }));
    talk.say({ ...writer.chunk({}, endOf(finish)), ...writer.kept() });
    if (withUsage)
      talk.say({
        ...writer.base('chat.completion.chunk'),
        choices: [],
        usage: writer.usage(),
      });
    res.end('data: [DONE]\n\n');
  } finally {
    talk.close();
  }
};

/** Nothing can be taken back here: what an answer is replaced with comes behind it. */
const saidBy = (event: RunEvent): string => {
  if (event.type === 'answer-delta') return event.text;
  return event.type === 'answer-replace' ? `\n\n${event.text}` : '';
};

/** Chunks of an answer: the head goes out with the first, or when its reader has waited for long. */
class ChunkStream {
  readonly #res: ServerResponse;
  readonly #clock: Clock;
  readonly #writer: ModelWriter;
  #cancel = (): void => {};

  constructor(res: ServerResponse, clock: Clock, writer: ModelWriter) {
    this.#res = res;
    this.#clock = clock;
    this.#writer = writer;
    this.#beat();
  }

  /** False when its reader is behind. */
  say(payload: JsonObject): boolean {
    this.#open();
    this.#beat();
    return this.#res.write(`data: ${JSON.stringify(payload)}\n\n`);
  }

  close(): void {
    this.#cancel();
  }

  #open(): void {
    if (this.#res.headersSent) return;
    this.#res.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
    });
    this.say(this.#writer.chunk({ role: 'assistant', content: '' }));
  }

  #beat(): void {
    this.#cancel();
    this.#cancel = this.#clock.after(PING_MS, () => {
      this.#open();
      this.#res.write(': ping\n\n');
      this.#beat();
    });
  }
}
