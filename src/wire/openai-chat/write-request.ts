import type { Json, JsonObject } from '#core/json.ts';
import { marksLeft } from '#wire/cache-marks.ts';
import {
  type ChatRequest,
  type Format,
  type LeftField,
  type Reasoning,
  type RequestField,
  type Tool,
  type ToolChoice,
  isVendorTool,
} from '#wire/chat-request.ts';
import { optional, rest } from '#wire/check.ts';
import type { WriteOptions, Written } from '#wire/dialect.ts';
import { NAME } from '#wire/openai-chat/name.ts';
import { askingUsage, withThoughts } from '#wire/openai-chat/request.ts';
import { markOf, writeMessages } from '#wire/openai-chat/write-message.ts';
import { longUser } from '#wire/user-name.ts';

/** The hub's fields under OpenAI's names. */
export const paramNames = {
  temperature: 'temperature',
  topP: 'top_p',
  topK: 'top_k',
  stop: 'stop',
  seed: 'seed',
  presencePenalty: 'presence_penalty',
  frequencyPenalty: 'frequency_penalty',
  choices: 'n',
  logprobs: 'logprobs',
  tools: 'tools',
  toolChoice: 'tool_choice',
  parallelTools: 'parallel_tool_calls',
  format: 'response_format',
  reasoning: 'reasoning_effort',
  user: 'user',
  serviceTier: 'service_tier',
  metadata: 'metadata',
  cacheMarks: 'cache_control',
} as const satisfies Record<LeftField, string>;

/** Fields that say what the answer is, and that only this dialect has. */
export const ownParams: ReadonlySet<string> = new Set([
  'audio',
  'function_call',
  'functions',
  'logit_bias',
  'modalities',
  'prediction',
  'verbosity',
  'web_search_options',
]);

export const writeRequest = (request: ChatRequest, options: WriteOptions): Written => {
  const { model, asksUsage, quirks = {} } = options;
  const isOwn = request.dialect === NAME;
  const cacheMarks = isOwn || quirks.cacheMarks === true;
  const extra = isOwn ? request.extra : {};
  const { tools, areLeft } = toolsOf(request, cacheMarks);
  const unfit = isOwn ? [] : longUser(request);
  const refuses = [...(quirks.refuses ?? []), ...unfit].filter(
    (field) => request[field] !== undefined,
  );
  const refused = new Set(refuses.flatMap((field) => FIELDS_OF[field] ?? [paramNames[field]]));
  const { stream_options: wishes, ...others } = extra;
  const body: JsonObject = {
    model,
    messages: writeMessages(request.messages, {
      isOwn,
      noSystemRole: quirks.noSystemRole === true,
      thoughts: isOwn || quirks.returnsThoughts === true,
      cacheMarks,
    }),
    ...rest(fieldsOf(request, tools), refused),
    ...others,
    ...capOf(request, { extra, field: quirks.maxTokensField }),
    ...(request.stream && { stream: true }),
    ...(request.stream && asksUsage && { stream_options: askingUsage(wishes) }),
  };
  const left = new Set<LeftField>([...refuses, ...(cacheMarks ? [] : marksLeft(request))]);
  if (areLeft) left.add('tools');
  return { body, left: [...left] };
};

/** Fields that go with one of the hub's. */
const FIELDS_OF: Partial<Record<RequestField, readonly string[]>> = {
  logprobs: ['logprobs', 'top_logprobs'],
};

const fieldsOf = (request: ChatRequest, tools: readonly JsonObject[]): JsonObject => {
  const { logprobs, toolChoice, format, reasoning } = request;
  const fields: Readonly<Record<string, Json | undefined>> = {
    temperature: request.temperature,
    top_p: request.topP,
    top_k: request.topK,
    stop: request.stop && [...request.stop],
    seed: request.seed,
    presence_penalty: request.presencePenalty,
    frequency_penalty: request.frequencyPenalty,
    n: request.choices,
    logprobs: logprobs && true,
    top_logprobs: logprobs?.top,
    tools: tools.length > 0 ? [...tools] : undefined,
    tool_choice: toolChoice && choiceOf(toolChoice),
    parallel_tool_calls: request.parallelTools,
    response_format: format && formatOf(format),
    reasoning_effort: reasoning && effortOf(reasoning),
    user: request.user,
    service_tier: request.serviceTier,
    metadata: request.metadata,
  };
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, Json] => entry[1] !== undefined),
  );
};

const toolsOf = (
  { tools = [] }: ChatRequest,
  cacheMarks: boolean,
): { readonly tools: readonly JsonObject[]; readonly areLeft: boolean } => {
  const written = tools.flatMap((tool) => {
    if (!isVendorTool(tool)) return [toolOf(tool, cacheMarks)];
    return tool.dialect === NAME ? [tool.value] : [];
  });
  return { tools: written, areLeft: written.length < tools.length };
};

const toolOf = (tool: Tool, cacheMarks: boolean): JsonObject => {
  const { name, description, schema, strict } = tool;
  return {
    type: 'function',
    function: {
      name,
      ...(description !== undefined && { description }),
      ...(schema && { parameters: schema }),
      ...(strict !== undefined && { strict }),
    },
    ...(cacheMarks && tool.cache && { cache_control: markOf(tool.cache) }),
  };
};

const choiceOf = (choice: ToolChoice): Json =>
  choice.kind === 'tool' ? { type: 'function', function: { name: choice.name } } : choice.kind;

const formatOf = (format: Format): JsonObject => {
  if (format.kind === 'json') return { type: 'json_object' };
  const { name = 'answer', description, schema, strict } = format;
  return {
    type: 'json_schema',
    json_schema: {
      name,
      ...(description !== undefined && { description }),
      schema,
      ...(strict !== undefined && { strict }),
    },
  };
};

/** Budgets up to here are a low effort, and a medium one; tokens. */
const LOW_TOKENS = 1_024;
const MEDIUM_TOKENS = 8_192;

/** Undefined where the model is left to itself, and where it is to be off: not all know a word for that. */
const effortOf = ({ effort, budgetTokens = -1 }: Reasoning): string | undefined => {
  if (effort !== undefined) return effort;
  if (budgetTokens <= 0) return undefined;
  if (budgetTokens <= LOW_TOKENS) return 'low';
  return budgetTokens <= MEDIUM_TOKENS ? 'medium' : 'high';
};

/** A cap that came as `max_completion_tokens` is still in `extra`, and leaves under that name. */
const capOf = (
  { maxOutputTokens }: ChatRequest,
  { extra, field }: { extra: JsonObject; field: string | undefined },
): JsonObject => {
  if (maxOutputTokens === undefined) return {};
  const newer = optional(extra, 'max_completion_tokens') !== undefined;
  const name = field ?? (newer ? 'max_completion_tokens' : 'max_tokens');
  return { [name]: newer ? maxOutputTokens : withThoughts(maxOutputTokens, field) };
};
