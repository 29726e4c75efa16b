import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type {
  ChatMessage,
  ChatRequest,
  Format,
  Part,
  Reasoning,
  Source,
  Tool,
  ToolChoice,
} from '#wire/chat-request.ts';
import { bad, bool, count, modelName, optional } from '#wire/check.ts';
import type { Touched } from '#wire/dialect.ts';

export const DIALECT = 'cohere-chat';

export const touchRequest = (body: JsonObject): Touched => {
  const model = modelName(body);
  const messages = own(body, 'messages');
  if (!Array.isArray(messages)) return bad('messages', 'an array', messages);
  for (const [i, message] of messages.entries()) {
    if (!isObject(message)) bad(`messages.${i}`, 'an object', message);
    else if (typeof own(message, 'role') !== 'string')
      bad(`messages.${i}.role`, 'a text', own(message, 'role'));
  }
  // Usage ends every stream.
  return { model, stream: bool(body, 'stream'), includeUsage: true };
};

const READ = [
  'model',
  'messages',
  'stream',
  'max_tokens',
  'temperature',
  'p',
  'k',
  'stop_sequences',
  'seed',
  'presence_penalty',
  'frequency_penalty',
  'tools',
  'tool_choice',
  'response_format',
  'thinking',
];

export const readRequest = (body: JsonObject): ChatRequest => {
  const { model, stream, includeUsage } = touchRequest(body);
  const messages = (own(body, 'messages') as JsonObject[]).map(readMessage);
  const unread = new Map(Object.entries(body));
  for (const key of READ) unread.delete(key);
  return {
    model,
    messages,
    stream,
    includeUsage,
    ...readNumbers(body),
    ...readRest(body, (key) => unread.set(key, body[key] ?? null)),
    dialect: DIALECT,
    extra: Object.fromEntries(unread),
  };
};

const NUMBERS = {
  temperature: 'temperature',
  p: 'topP',
  k: 'topK',
  seed: 'seed',
  presence_penalty: 'presencePenalty',
  frequency_penalty: 'frequencyPenalty',
} as const;

const readNumbers = (body: JsonObject): Partial<ChatRequest> => {
  const most = count(body, 'max_tokens', 0);
  const numbers = Object.entries(NUMBERS).flatMap(([key, name]) => {
    const value = optional(body, key);
    if (value === undefined) return [];
    return typeof value === 'number' ? [[name, value]] : bad(key, 'a number', value);
  });
  return {
    ...(most !== undefined && { maxOutputTokens: most }),
    ...(Object.fromEntries(numbers) as Partial<ChatRequest>),
  };
};

/** `keep`: a field that the hub has no word for goes on as it is. */
const readRest = (body: JsonObject, keep: (key: string) => void): Partial<ChatRequest> => {
  const stop = optional(body, 'stop_sequences');
  const format = readFormat(optional(body, 'response_format'));
  const reasoning = readThinking(optional(body, 'thinking'));
  const tools = optional(body, 'tools');
  const choice = readChoice(optional(body, 'tool_choice'));
  const isStop = Array.isArray(stop) && stop.every((item) => typeof item === 'string');
  if (stop !== undefined && !isStop) keep('stop_sequences');
  if (!format) keepIfThere(body, 'response_format', keep);
  if (!reasoning) keepIfThere(body, 'thinking', keep);
  if (!choice) keepIfThere(body, 'tool_choice', keep);
  return {
    ...(isStop && { stop }),
    ...(format && { format }),
    ...(reasoning && { reasoning }),
    ...(Array.isArray(tools) && { tools: tools.filter(isObject).flatMap(readTool) }),
    ...(choice && { toolChoice: choice }),
  };
};

const keepIfThere = (body: JsonObject, key: string, keep: (key: string) => void): void => {
  if (own(body, key) !== undefined) keep(key);
};

const readFormat = (value: Json | undefined): Format | undefined => {
  if (!isObject(value) || own(value, 'type') !== 'json_object') return undefined;
  const schema = own(value, 'json_schema') ?? own(value, 'schema');
  return isObject(schema) ? { kind: 'schema', schema } : { kind: 'json' };
};

const readThinking = (value: Json | undefined): Reasoning | undefined => {
  if (!isObject(value)) return undefined;
  if (own(value, 'type') === 'disabled') return { budgetTokens: 0 };
  if (own(value, 'type') !== 'enabled') return undefined;
  const budget = own(value, 'token_budget');
  return { budgetTokens: typeof budget === 'number' ? budget : -1 };
};

const readChoice = (value: Json | undefined): ToolChoice | undefined => {
  if (value === 'REQUIRED') return { kind: 'required' };
  return value === 'NONE' ? { kind: 'none' } : undefined;
};

const readTool = (value: JsonObject): Tool[] => {
  const fn = own(value, 'function');
  const name = isObject(fn) ? own(fn, 'name') : undefined;
  if (!isObject(fn) || typeof name !== 'string') return [];
  const [description, schema] = [own(fn, 'description'), own(fn, 'parameters')];
  return [
    {
      name,
      ...(typeof description === 'string' && { description }),
      ...(isObject(schema) && { schema }),
    },
  ];
};

const readMessage = (message: JsonObject, i: number): ChatMessage => {
  const { role, content, tool_calls: calls, tool_plan: plan, tool_call_id: id, ...extra } = message;
  const param = `messages.${i}.content`;
  if (role === 'tool') {
    const result: Part = {
      kind: 'tool-result',
      id: typeof id === 'string' ? id : '',
      content: readContent(content, param),
    };
    return { role: 'user', parts: [result] };
  }
  const parts = [
    ...(typeof plan === 'string' && plan !== '' ? [{ kind: 'text', text: plan } as const] : []),
    ...readContent(content, param),
    ...(Array.isArray(calls) ? calls.filter(isObject).flatMap(readCall) : []),
  ];
  return {
    role: role === 'assistant' ? 'assistant' : role === 'system' ? 'system' : 'user',
    parts,
    ...(Object.keys(extra).length > 0 && { extra }),
  };
};

const readCall = (call: JsonObject): Part[] => {
  const fn = own(call, 'function');
  const [id, name] = [own(call, 'id'), isObject(fn) ? own(fn, 'name') : undefined];
  const input = isObject(fn) ? own(fn, 'arguments') : undefined;
  if (typeof id !== 'string' || typeof name !== 'string') return [];
  return [{ kind: 'tool-call', id, name, input: typeof input === 'string' ? input : '{}' }];
};

const readContent = (content: Json | undefined, param: string): Part[] => {
  if (content === undefined || content === null) return [];
  if (typeof content === 'string') return [{ kind: 'text', text: content }];
  if (!Array.isArray(content)) return bad(param, 'a text or an array of parts', content);
  return content.map((part, i) =>
    isObject(part) ? readPart(part, `${param}.${i}`) : bad(`${param}.${i}`, 'an object', part),
  );
};

const readPart = (part: JsonObject, at: string): Part => {
  const { type, text, thinking, image_url: image, ...more } = part;
  const isPlain = Object.keys(more).length === 0;
  if (type === 'text' && typeof text === 'string' && isPlain) return { kind: 'text', text };
  if (type === 'thinking' && typeof thinking === 'string' && isPlain)
    return { kind: 'reasoning', text: thinking };
  const url = isObject(image) ? own(image, 'url') : undefined;
  if (type !== 'image_url' || !isObject(image) || typeof url !== 'string' || !isPlain)
    return { kind: 'other', dialect: DIALECT, value: part };
  const detail = own(image, 'detail');
  return {
    kind: 'image',
    source: readImage(url),
    at,
    ...(typeof detail === 'string' && { detail }),
  };
};

const readImage = (url: string): Source => {
  const [, mediaType, data] = /^data:([^;,]+);base64,(.*)$/s.exec(url) ?? [];
  return mediaType === undefined || data === undefined
    ? { kind: 'url', url }
    : { kind: 'data', mediaType, data };
};
