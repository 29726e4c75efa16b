import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import { DIALECT } from '#wire/anthropic-messages/fields.ts';
import { readContent } from '#wire/anthropic-messages/read-parts.ts';
import { readReasoning } from '#wire/anthropic-messages/reasoning.ts';
import { readTools } from '#wire/anthropic-messages/tools.ts';
import type { ChatMessage, ChatRequest, Format } from '#wire/chat-request.ts';
import { bad, bool, count, list, modelName, number, record, rest, text } from '#wire/check.ts';
import type { Touched } from '#wire/dialect.ts';

/** Usage comes with every stream of this dialect, so every upstream is asked for it. */
export const touchRequest = (body: JsonObject): Touched => {
  const model = modelName(body);
  const messages = own(body, 'messages');
  if (!Array.isArray(messages)) return bad('messages', 'an array', messages);
  for (let i = 0; i < messages.length; i++) checkMessage(messages[i]!, i);
  count(body, 'max_tokens', 0);
  return { model, stream: bool(body, 'stream'), includeUsage: true };
};

const ROLES: ReadonlySet<Json | undefined> = new Set(['user', 'assistant', 'system']);

const checkMessage = (message: Json, i: number): void => {
  if (!isObject(message)) bad(`messages.${i}`, 'an object', message);
  else if (!ROLES.has(own(message, 'role')))
    bad(`messages.${i}.role`, 'one of user, assistant, system', own(message, 'role'));
};

const FIELDS: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'system',
  'max_tokens',
  'stop_sequences',
  'stream',
  'temperature',
  'top_p',
  'top_k',
  'tools',
  'tool_choice',
  'service_tier',
]);

export const readRequest = (body: JsonObject): ChatRequest => {
  const { model, stream, includeUsage } = touchRequest(body);
  const maxOutputTokens = count(body, 'max_tokens', 0);
  const temperature = number(body, 'temperature');
  const topP = number(body, 'top_p');
  const topK = number(body, 'top_k');
  const stop = readStop(body);
  const format = readFormat(body);
  const reasoning = readReasoning(body);
  const user = readUser(body);
  const tier = text(body, 'service_tier');
  return {
    model,
    messages: [...readSystem(body), ...(own(body, 'messages') as JsonObject[]).map(readMessage)],
    stream,
    includeUsage,
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(topK !== undefined && { topK }),
    ...(stop && { stop }),
    ...readTools(body),
    ...(format && { format }),
    ...(reasoning && { reasoning }),
    ...(user !== undefined && { user }),
    ...(tier !== undefined && { serviceTier: TIERS[tier] ?? tier }),
    dialect: DIALECT,
    extra: extraOf(body, { ...(reasoning && { reasoning }), ...(format && { format }) }),
  };
};

/** Where the hub has another word. */
const TIERS: Readonly<Record<string, string>> = { standard_only: 'default' };

const readSystem = (body: JsonObject): ChatMessage[] => {
  const system = own(body, 'system');
  if (system === undefined || system === null) return [];
  return [{ role: 'system', parts: readContent(system, 'system') }];
};

const MESSAGE_FIELDS: ReadonlySet<string> = new Set(['role', 'content']);

const readMessage = (message: JsonObject, i: number): ChatMessage => {
  const extra = rest(message, MESSAGE_FIELDS);
  return {
    role: message['role'] as ChatMessage['role'],
    parts: readContent(own(message, 'content'), `messages.${i}.content`),
    ...(Object.keys(extra).length > 0 && { extra }),
  };
};

const readStop = (body: JsonObject): string[] | undefined =>
  list(body, 'stop_sequences')?.map((each, i) =>
    typeof each === 'string' ? each : bad(`stop_sequences.${i}`, 'a text', each),
  );

/** `output_format` is what `output_config.format` was called in its beta. */
const readFormat = (body: JsonObject): Format | undefined => {
  const config = record(body, 'output_config') ?? {};
  const format = record(config, 'format', 'output_config.format') ?? record(body, 'output_format');
  const schema = format && own(format, 'type') === 'json_schema' && own(format, 'schema');
  return isObject(schema) ? { kind: 'schema', schema } : undefined;
};

const readUser = (body: JsonObject): string | undefined => {
  const metadata = record(body, 'metadata');
  return metadata && text(metadata, 'user_id', 'metadata.user_id');
};

/** Fields that are understood in part are kept as they came, where writing them again would lose some of it. */
const extraOf = (body: JsonObject, { reasoning, format }: Partial<ChatRequest>): JsonObject => {
  const { thinking, output_config: config, output_format: beta, metadata, ...others } = body;
  const kept: JsonObject = rest(others, FIELDS);
  const isKnown = isPlain(thinking, THINKING_FIELDS) && reasoning?.budgetTokens !== undefined;
  if (thinking !== undefined && !isKnown) kept['thinking'] = thinking;
  if (config !== undefined && !isWhole(config, format)) kept['output_config'] = config;
  if (beta !== undefined && !format) kept['output_format'] = beta;
  if (metadata !== undefined && !isPlain(metadata, USER_FIELDS)) kept['metadata'] = metadata;
  return kept;
};

const THINKING_FIELDS: ReadonlySet<string> = new Set(['type', 'budget_tokens', 'display']);
const USER_FIELDS: ReadonlySet<string> = new Set(['user_id']);
const CONFIG_FIELDS: ReadonlySet<string> = new Set(['effort', 'format']);
const FORMAT_FIELDS: ReadonlySet<string> = new Set(['type', 'schema']);

const isWhole = (config: Json, format: Format | undefined): boolean => {
  if (!isObject(config) || !isPlain(config, CONFIG_FIELDS) || config['effort'] === 'max')
    return false;
  const said = own(config, 'format');
  return said === undefined || (format !== undefined && isPlain(said, FORMAT_FIELDS));
};

const isPlain = (value: Json | undefined, fields: ReadonlySet<string>): boolean =>
  isObject(value) && Object.keys(value).every((key) => fields.has(key));
