import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import { DIALECT, readParts } from '#wire/bedrock-converse/read-parts.ts';
import { readChoice, readTools } from '#wire/bedrock-converse/tools.ts';
import type { ChatMessage, ChatRequest, Reasoning } from '#wire/chat-request.ts';
import { bad, bool, count, modelName, optional } from '#wire/check.ts';
import type { Touched } from '#wire/dialect.ts';

/** The model and whether it streams stand in the path; whoever reads the path puts them here. */
export const touchRequest = (body: JsonObject): Touched => {
  const model = modelName(body);
  const messages = own(body, 'messages');
  if (!Array.isArray(messages)) return bad('messages', 'an array', messages);
  for (const [i, message] of messages.entries()) checkMessage(message, i);
  return { model, stream: bool(body, 'stream'), includeUsage: true };
};

const checkMessage = (message: Json, i: number): void => {
  if (!isObject(message)) return bad(`messages.${i}`, 'an object', message);
  const role = own(message, 'role');
  if (role !== 'user' && role !== 'assistant')
    bad(`messages.${i}.role`, '`user` or `assistant`', role);
};

export const readRequest = (body: JsonObject): ChatRequest => {
  const { model, stream, includeUsage } = touchRequest(body);
  const { model: _, stream: __, messages, system, inferenceConfig, toolConfig, ...extra } = body;
  const config = optional(body, 'inferenceConfig');
  if (config !== undefined && !isObject(config)) return bad('inferenceConfig', 'an object', config);
  const told = (messages as JsonObject[]).map(readMessage);
  return {
    model,
    messages: system === undefined || system === null ? told : [readSystem(system), ...told],
    stream,
    includeUsage,
    ...readInference(config ?? {}),
    ...readToolConfig(optional(body, 'toolConfig')),
    ...readReasoning(own(body, 'additionalModelRequestFields')),
    dialect: DIALECT,
    extra: { ...extra, ...unread(config ?? {}) },
  };
};

const readSystem = (system: Json): ChatMessage => ({
  role: 'system',
  parts: readParts(system, 'system'),
});

const readMessage = (message: JsonObject, i: number): ChatMessage => {
  const { role, content, ...extra } = message;
  return {
    role: role as 'user' | 'assistant',
    parts: readParts(content, `messages.${i}.content`),
    ...(Object.keys(extra).length > 0 && { extra }),
  };
};

type Inference = Pick<ChatRequest, 'maxOutputTokens' | 'temperature' | 'topP' | 'stop'>;

const readInference = (config: JsonObject): Inference => {
  const maxOutputTokens = count(config, 'maxTokens', 1);
  const [temperature, topP] = [own(config, 'temperature'), own(config, 'topP')];
  const stop = own(config, 'stopSequences');
  return {
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(typeof temperature === 'number' && { temperature }),
    ...(typeof topP === 'number' && { topP }),
    ...(isTexts(stop) && { stop }),
  };
};

const isTexts = (value: Json | undefined): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

const READ = new Set(['maxTokens', 'temperature', 'topP', 'stopSequences']);

/** What else the inference's settings say. */
const unread = (config: JsonObject): JsonObject => {
  const more = Object.fromEntries(Object.entries(config).filter(([key]) => !READ.has(key)));
  return Object.keys(more).length > 0 ? { inferenceConfig: more } : {};
};

const readToolConfig = (config: Json | undefined): Pick<ChatRequest, 'tools' | 'toolChoice'> => {
  if (config === undefined) return {};
  if (!isObject(config)) return bad('toolConfig', 'an object', config);
  const toolChoice = readChoice(own(config, 'toolChoice'));
  return { tools: readTools(config), ...(toolChoice && { toolChoice }) };
};

/** How the model's own fields tell it to think; they stay where they are, too. */
const readReasoning = (fields: Json | undefined): { readonly reasoning?: Reasoning } => {
  if (!isObject(fields)) return {};
  const [thinking, config, effort] = [
    own(fields, 'thinking'),
    own(fields, 'reasoningConfig'),
    own(fields, 'reasoning_effort'),
  ];
  if (isObject(thinking)) {
    const budget = own(thinking, 'budget_tokens');
    const isOff = own(thinking, 'type') === 'disabled';
    return { reasoning: { budgetTokens: isOff ? 0 : typeof budget === 'number' ? budget : -1 } };
  }
  const said = isObject(config) ? own(config, 'maxReasoningEffort') : effort;
  return typeof said === 'string' ? { reasoning: { effort: said } } : {};
};
