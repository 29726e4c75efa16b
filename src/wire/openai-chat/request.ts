import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type { ChatMessage, ChatRequest } from '#wire/chat-event.ts';
import { bad, bool, count, modelName, optional } from '#wire/check.ts';
import type { Redirection, Touched } from '#wire/dialect.ts';

export const touchRequest = (body: JsonObject): Touched => {
  const model = modelName(body);
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

const TOUCHED = new Set(['model', 'messages', 'stream', 'max_tokens']);

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

const readMessage = (message: JsonObject, i: number): ChatMessage => ({
  role: message['role'] as string,
  content: readContent(own(message, 'content') ?? null, `messages.${i}.content`),
  extra: rest(message, MESSAGE_TOUCHED),
});

const readContent = (content: Json, param: string): ChatMessage['content'] => {
  if (content === null || typeof content === 'string') return content;
  if (!Array.isArray(content)) return bad(param, 'a text, an array of parts or null', content);
  return content.map((part, i) =>
    isObject(part) ? part : bad(`${param}.${i}`, 'an object', part),
  );
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
  ...(request.maxOutputTokens !== undefined && {
    [capName(request.extra)]: request.maxOutputTokens,
  }),
  ...(request.stream && { stream: true }),
  ...(request.includeUsage && { stream_options: askingUsage(request.extra) }),
});

/** A cap that came as `max_completion_tokens` is still in `extra`, and leaves under that name. */
const capName = (extra: JsonObject): string =>
  optional(extra, 'max_completion_tokens') === undefined ? 'max_tokens' : 'max_completion_tokens';

/** The stream options as they came, and the wish for usage. */
const askingUsage = (body: JsonObject): JsonObject => {
  const options = own(body, 'stream_options');
  return { ...(isObject(options) && options), include_usage: true };
};

export const redirectRequest = (body: JsonObject, to: Redirection): JsonObject => {
  const { model, asksUsage } = to;
  if (own(body, 'stream') !== true) return { ...body, model };
  if (asksUsage) return { ...body, model, stream_options: askingUsage(body) };
  const { stream_options: _, ...left } = body;
  return { ...left, model };
};
