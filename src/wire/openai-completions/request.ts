import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type { ChatRequest, Part, RequestField } from '#wire/chat-request.ts';
import { marksLeft } from '#wire/cache-marks.ts';
import { bad, bool, count, modelName, number, optional, rest, text } from '#wire/check.ts';
import type { Touched, WriteOptions, Written } from '#wire/dialect.ts';
import { askingUsage } from '#wire/openai-chat/request.ts';
import { NAME } from '#wire/openai-completions/name.ts';

const PROMPT = 'a text, or an array of texts, of tokens or of arrays of tokens';

export const touchRequest = (body: JsonObject): Touched => {
  const model = modelName(body);
  const prompt = optional(body, 'prompt');
  if (prompt !== undefined && typeof prompt !== 'string' && !Array.isArray(prompt))
    return bad('prompt', PROMPT, prompt);
  count(body, 'max_tokens', 0);
  count(body, 'n', 1);
  const stream = bool(body, 'stream');
  const options = optional(body, 'stream_options');
  if (options !== undefined && !isObject(options))
    return bad('stream_options', 'an object', options);
  const asked = options && bool(options, 'include_usage', 'stream_options.include_usage');
  return { model, stream, includeUsage: asked ?? false };
};

const KNOWN = new Set([
  'model',
  'prompt',
  'stream',
  'stream_options',
  'max_tokens',
  'temperature',
  'top_p',
  'stop',
  'seed',
  'presence_penalty',
  'frequency_penalty',
  'n',
  'user',
]);

/** A prompt is what a user says: a model that is asked for a chat goes on from there. */
export const readRequest = (body: JsonObject): ChatRequest => {
  const { model, stream, includeUsage } = touchRequest(body);
  const fields = {
    maxOutputTokens: count(body, 'max_tokens', 0),
    temperature: number(body, 'temperature'),
    topP: number(body, 'top_p'),
    stop: stopOf(body),
    seed: number(body, 'seed'),
    presencePenalty: number(body, 'presence_penalty'),
    frequencyPenalty: number(body, 'frequency_penalty'),
    choices: count(body, 'n', 1),
    user: text(body, 'user'),
  };
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return {
    model,
    messages: [{ role: 'user', parts: [{ kind: 'text', text: promptOf(body) }] }],
    stream,
    includeUsage,
    ...(Object.fromEntries(given) as Partial<ChatRequest>),
    dialect: NAME,
    extra: rest(body, KNOWN),
  };
};

/** One text: tokens mean something to one model only, and several prompts are several requests. */
const promptOf = (body: JsonObject): string => {
  const prompt = optional(body, 'prompt') ?? '';
  const [first, ...others] = Array.isArray(prompt) ? prompt : [prompt];
  return typeof first === 'string' && others.length === 0
    ? first
    : bad('prompt', 'one text for this model', prompt);
};

const stopOf = (body: JsonObject): string[] | undefined => {
  const stop = optional(body, 'stop');
  if (stop === undefined) return undefined;
  const all = Array.isArray(stop) ? stop : [stop];
  return all.map((each) =>
    typeof each === 'string' ? each : bad('stop', 'a text or an array of texts', each),
  );
};

export const paramNames = {
  temperature: 'temperature',
  topP: 'top_p',
  stop: 'stop',
  seed: 'seed',
  presencePenalty: 'presence_penalty',
  frequencyPenalty: 'frequency_penalty',
  choices: 'n',
  user: 'user',
} as const satisfies Partial<Record<RequestField, string>>;

/** Fields that say what the answer is, and that no chat has. */
export const ownParams: ReadonlySet<string> = new Set([
  'best_of',
  'echo',
  'logit_bias',
  'logprobs',
  'suffix',
]);

const UNSAYABLE: readonly RequestField[] = [
  'topK',
  'logprobs',
  'tools',
  'toolChoice',
  'parallelTools',
  'format',
  'reasoning',
  'serviceTier',
  'metadata',
];

export const writeRequest = (request: ChatRequest, { model, asksUsage }: WriteOptions): Written => {
  const { maxOutputTokens, stop } = request;
  const extra = request.dialect === NAME ? request.extra : {};
  const asked = request.stream && asksUsage;
  const body: JsonObject = {
    model,
    prompt: request.messages.map(({ parts }) => parts.map(wordsOf).join('')).join('\n\n'),
    ...(maxOutputTokens !== undefined && { max_tokens: maxOutputTokens }),
    ...namedFields(request),
    ...(stop && { stop: [...stop] }),
    ...extra,
    ...(request.stream && { stream: true }),
    ...(asked && { stream_options: askingUsage(own(extra, 'stream_options')) }),
  };
  const unsaid = UNSAYABLE.filter((field) => request[field] !== undefined);
  return { body, left: [...unsaid, ...marksLeft(request)] };
};

const namedFields = (request: ChatRequest): JsonObject => {
  const fields: [string, Json | undefined][] = [
    ['temperature', request.temperature],
    ['top_p', request.topP],
    ['seed', request.seed],
    ['presence_penalty', request.presencePenalty],
    ['frequency_penalty', request.frequencyPenalty],
    ['n', request.choices],
    ['user', request.user],
  ];
  return Object.fromEntries(
    fields.filter((field): field is [string, Json] => field[1] !== undefined),
  );
};

const wordsOf = (part: Part): string => (part.kind === 'text' ? part.text : '');
