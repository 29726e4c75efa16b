import { SpillwayError } from '#core/errors.ts';
import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type { ChatMessage, ChatRequest } from '#wire/chat-event.ts';
import type { Touched } from '#wire/dialect.ts';

const bad = (param: string, expected: string, found: Json | undefined): never => {
  const what = found === undefined ? 'nothing' : describe(found);
  throw new SpillwayError('invalid_request', `\`${param}\` must be ${expected}; found ${what}.`, {
    param,
  });
};

const describe = (value: Json): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
};

/** `null` stands for "not given", as OpenAI reads it. */
const optional = (body: JsonObject, key: string): Json | undefined => own(body, key) ?? undefined;

const bool = (body: JsonObject, key: string, param = key): boolean => {
  const value = optional(body, key);
  if (value === undefined || typeof value === 'boolean') return value ?? false;
  return bad(param, 'true or false', value);
};

const count = (body: JsonObject, key: string, least: number): number | undefined => {
  const value = optional(body, key);
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value;
  return bad(key, `a whole number of at least ${least}`, value);
};

export const touchRequest = (body: JsonObject): Touched => {
  const model = own(body, 'model');
  if (typeof model !== 'string' || model === '') return bad('model', "a model's name", model);
  const messages = own(body, 'messages');
  if (!Array.isArray(messages)) return bad('messages', 'an array', messages);
  for (let i = 0; i < messages.length; i++) checkMessage(messages[i]!, i);
  count(body, 'max_tokens', 0);
  count(body, 'max_completion_tokens', 0);
  count(body, 'n', 1);
  const stream = bool(body, 'stream');
  const options = optional(body, 'stream_options');
  if (options !== undefined && !isObject(options))
    return bad('stream_options', 'an object', options);
  const asked = options && bool(options, 'include_usage', 'stream_options.include_usage');
  return { model, stream, includeUsage: asked ?? false };
};

const checkMessage = (message: Json, i: number): void => {
  if (!isObject(message)) bad(`messages.${i}`, 'an object', message);
  else if (typeof own(message, 'role') !== 'string')
    bad(`messages.${i}.role`, 'a text', own(message, 'role'));
};

const TOUCHED = new Set(['model', 'messages', 'stream', 'stream_options', 'max_tokens']);

export const readRequest = (body: JsonObject): ChatRequest => {
  const { model, stream, includeUsage } = touchRequest(body);
  const maxOutputTokens = count(body, 'max_completion_tokens', 0) ?? count(body, 'max_tokens', 0);
  const messages = own(body, 'messages') as JsonObject[];
  return {
    model,
    messages: messages.map(readMessage),
    stream,
    includeUsage,
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    extra: rest(body, TOUCHED),
  };
};

const MESSAGE_TOUCHED = new Set(['role', 'content']);

const readMessage = (message: JsonObject, i: number): ChatMessage => {
  const content = own(message, 'content') ?? null;
  const parts = Array.isArray(content) && content.every(isObject) ? content : undefined;
  if (content !== null && typeof content !== 'string' && !parts)
    bad(`messages.${i}.content`, 'a text, an array of parts or null', content);
  return {
    role: message['role'] as string,
    content: parts ?? (content as string | null),
    extra: rest(message, MESSAGE_TOUCHED),
  };
};

const rest = (object: JsonObject, known: ReadonlySet<string>): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([key]) => !known.has(key)));

export const writeRequest = (request: ChatRequest): JsonObject => ({
  model: request.model,
  messages: request.messages.map((message) => ({
    role: message.role,
    content: message.content,
    ...message.extra,
  })),
  ...request.extra,
  // A cap read from `max_completion_tokens` is still in `extra`, under the name it came with.
  ...(request.maxOutputTokens !== undefined &&
    !Object.hasOwn(request.extra, 'max_completion_tokens') && {
      max_tokens: request.maxOutputTokens,
    }),
  ...(request.stream && { stream: true }),
  ...(request.includeUsage && { stream_options: { include_usage: true } }),
});

export const redirectRequest = (body: JsonObject, model: string): JsonObject => {
  if (own(body, 'stream') !== true) return { ...body, model };
  const options = own(body, 'stream_options');
  const asked = { ...(isObject(options) ? options : undefined), include_usage: true };
  return { ...body, model, stream_options: asked };
};
