import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type {
  ChatRequest,
  Format,
  Reasoning,
  Tool,
  ToolChoice,
  VendorTool,
} from '#wire/chat-request.ts';
import { bad, bool, count, list, number, optional, record, rest, text } from '#wire/check.ts';
import { asTools } from '#wire/openai-chat/functions.ts';
import { NAME } from '#wire/openai-chat/name.ts';
import { cacheOf, readMessage } from '#wire/openai-chat/read-message.ts';
import { touchRequest } from '#wire/openai-chat/request.ts';

const KNOWN = new Set([
  'model',
  'messages',
  'stream',
  'stream_options',
  'max_tokens',
  'temperature',
  'top_p',
  'top_k',
  'stop',
  'seed',
  'presence_penalty',
  'frequency_penalty',
  'n',
  'logprobs',
  'top_logprobs',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'response_format',
  'reasoning_effort',
  'thinking',
  'user',
  'service_tier',
  'metadata',
]);

export const readRequest = (asked: JsonObject): ChatRequest => {
  const { model, stream, includeUsage } = touchRequest(asked);
  const body = asTools(asked);
  return {
    model,
    messages: (own(body, 'messages') as JsonObject[]).map(readMessage),
    stream,
    includeUsage,
    ...samplingOf(body),
    ...toolsOf(body),
    ...present({
      format: formatOf(body),
      reasoning: reasoningOf(body),
      user: text(body, 'user'),
      serviceTier: text(body, 'service_tier'),
      metadata: record(body, 'metadata'),
    }),
    dialect: NAME,
    extra: extraOf(body),
  };
};

/** The fields that have a value: an absent one is no field. */
const present = <T extends object>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };

const samplingOf = (body: JsonObject): Partial<ChatRequest> =>
  present({
    maxOutputTokens: count(body, 'max_completion_tokens', 0) ?? count(body, 'max_tokens', 0),
    temperature: number(body, 'temperature'),
    topP: number(body, 'top_p'),
    topK: count(body, 'top_k', 0),
    stop: stopOf(body),
    seed: number(body, 'seed'),
    presencePenalty: number(body, 'presence_penalty'),
    frequencyPenalty: number(body, 'frequency_penalty'),
    choices: count(body, 'n', 1),
    logprobs: logprobsOf(body),
  });

const stopOf = (body: JsonObject): string[] | undefined => {
  const stop = optional(body, 'stop');
  if (stop === undefined) return undefined;
  const all = Array.isArray(stop) ? stop : [stop];
  return all.map((each) =>
    typeof each === 'string' ? each : bad('stop', 'a text or an array of texts', each),
  );
};

const logprobsOf = (body: JsonObject): { top?: number } | undefined => {
  const top = count(body, 'top_logprobs', 0);
  if (!bool(body, 'logprobs')) return undefined;
  return top === undefined ? {} : { top };
};

const toolsOf = (body: JsonObject): Partial<ChatRequest> =>
  present({
    tools: list(body, 'tools')?.map(readTool),
    toolChoice: choiceOf(optional(body, 'tool_choice')),
    parallelTools:
      optional(body, 'parallel_tool_calls') === undefined
        ? undefined
        : bool(body, 'parallel_tool_calls'),
  });

const readTool = (tool: Json, i: number): Tool | VendorTool => {
  const param = `tools.${i}`;
  if (!isObject(tool)) return bad(param, 'an object', tool);
  const fn = own(tool, 'function');
  if (!isObject(fn)) return { dialect: NAME, value: tool };
  const name = text(fn, 'name', `${param}.function.name`);
  if (name === undefined) return bad(`${param}.function.name`, 'a text', undefined);
  return {
    name,
    ...present({
      description: text(fn, 'description', `${param}.function.description`),
      schema: record(fn, 'parameters', `${param}.function.parameters`),
      strict: own(fn, 'strict') === true ? true : undefined,
      cache: cacheOf(tool) ?? cacheOf(fn),
    }),
  };
};

/** Undefined where it is absent, and where it is a choice that the hub has no word for. */
const choiceOf = (choice: Json | undefined): ToolChoice | undefined => {
  if (choice === 'auto' || choice === 'none' || choice === 'required') return { kind: choice };
  const fn = isObject(choice) ? own(choice, 'function') : undefined;
  const name = isObject(fn) ? own(fn, 'name') : undefined;
  return typeof name === 'string' ? { kind: 'tool', name } : undefined;
};

const formatOf = (body: JsonObject): Format | undefined => {
  const format = record(body, 'response_format');
  const type = format && own(format, 'type');
  if (type === 'json_object') return { kind: 'json' };
  if (!format || type !== 'json_schema') return undefined;
  const param = 'response_format.json_schema';
  const named = record(format, 'json_schema', param) ?? {};
  return {
    kind: 'schema',
    schema: record(named, 'schema', `${param}.schema`) ?? {},
    ...present({
      name: text(named, 'name', `${param}.name`),
      description: text(named, 'description', `${param}.description`),
      strict: own(named, 'strict') === true ? true : undefined,
    }),
  };
};

const reasoningOf = (body: JsonObject): Reasoning | undefined => {
  const effort = text(body, 'reasoning_effort');
  const budgetTokens = budgetOf(body);
  if (effort === undefined && budgetTokens === undefined) return undefined;
  return present({ effort, budgetTokens });
};

/** `thinking`, as LiteLLM's clients say how long a model may think. */
const budgetOf = (body: JsonObject): number | undefined => {
  const thinking = record(body, 'thinking');
  if (!thinking) return undefined;
  if (own(thinking, 'type') === 'disabled') return 0;
  return number(thinking, 'budget_tokens', 'thinking.budget_tokens') ?? -1;
};

/** Values of known fields that the hub has no word for stay as they came. */
const extraOf = (body: JsonObject): JsonObject => {
  const extra = rest(body, KNOWN);
  const options = optional(body, 'stream_options');
  const wishes = isObject(options) ? rest(options, USAGE_WISH) : {};
  if (Object.keys(wishes).length > 0) extra['stream_options'] = wishes;
  const choice = optional(body, 'tool_choice');
  if (choice !== undefined && !choiceOf(choice)) extra['tool_choice'] = choice;
  const format = optional(body, 'response_format');
  if (format !== undefined && !formatOf(body)) extra['response_format'] = format;
  return extra;
};

const USAGE_WISH = new Set(['include_usage']);
