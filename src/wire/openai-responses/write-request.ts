import type { Json, JsonObject } from '#core/json.ts';
import { borrowedBy } from '#wire/borrowed.ts';
import { marksLeft } from '#wire/cache-marks.ts';
import {
  type ChatMessage,
  type ChatRequest,
  type Format,
  type LeftField,
  type Reasoning,
  type RequestField,
  type Tool,
  type ToolChoice,
  isVendorTool,
} from '#wire/chat-request.ts';
import { rest } from '#wire/check.ts';
import type { WriteOptions, Written } from '#wire/dialect.ts';
import { NAME } from '#wire/openai-responses/name.ts';
import { BORROWED, writeSearch } from '#wire/openai-responses/borrowed.ts';
import { LOGPROBS } from '#wire/openai-responses/read-request.ts';
import { writeItems } from '#wire/openai-responses/write-items.ts';
import { webSearchOf } from '#wire/web-search.ts';
import { longUser } from '#wire/user-name.ts';

/** The hub's fields under this dialect's names; the others it does not have. */
export const paramNames: Readonly<Partial<Record<RequestField, string>>> = {
  temperature: 'temperature',
  topP: 'top_p',
  logprobs: 'top_logprobs',
  tools: 'tools',
  toolChoice: 'tool_choice',
  parallelTools: 'parallel_tool_calls',
  format: 'text.format',
  reasoning: 'reasoning',
  user: 'user',
  serviceTier: 'service_tier',
  metadata: 'metadata',
};

/** Fields that say what the answer is, and that only this dialect has. */
export const ownParams: ReadonlySet<string> = new Set([
  'background',
  'conversation',
  'max_tool_calls',
  'prompt',
  'tool_choice',
]);

const SEALS = 'reasoning.encrypted_content';

const LACKING: readonly RequestField[] = [
  'topK',
  'stop',
  'seed',
  'presencePenalty',
  'frequencyPenalty',
  'choices',
];

/** A smaller cap is refused; what comes with one is a question whether anybody is there. */
const LEAST_OUTPUT_TOKENS = 16;

export const writeRequest = (request: ChatRequest, options: WriteOptions): Written => {
  const { model, quirks = {} } = options;
  const isOwn = request.dialect === NAME;
  const extra = isOwn ? request.extra : {};
  const { tools, areLeft } = toolsOf(request, isOwn);
  const lacking = LACKING.filter((field) => isAsked(request, field));
  const unfit = isOwn ? [] : longUser(request);
  const refuses = [...(quirks.refuses ?? []), ...unfit].filter(
    (field) => request[field] !== undefined,
  );
  const left = new Set<LeftField>([...lacking, ...refuses, ...marksLeft(request)]);
  if (areLeft) left.add('tools');
  const refused = new Set(refuses.flatMap((field) => paramNames[field]?.split('.')[0] ?? []));
  const { text, reasoning, include, ...others } = extra;
  const borrowed = borrowedBy(BORROWED, isOwn ? {} : request.extra);
  const all = [...tools, ...borrowed.tools];
  const said = isOwn ? text : borrowed.settings;
  const fields = rest(fieldsOf(request, { tools: all, text: said, reasoning, isOwn }), refused);
  const body: JsonObject = {
    model,
    ...messagesOf(request.messages, isOwn),
    ...fields,
    ...includeOf(request, { include, thinks: !isOwn && fields['reasoning'] !== undefined }),
    ...others,
    ...(request.stream && { stream: true }),
    // Chats elsewhere are kept nowhere, unless their caller says so.
    ...(!isOwn && { store: false }),
    ...borrowed.fields,
  };
  const { taken } = borrowed;
  return { body, left: [...left], ...(taken.length > 0 && { taken }) };
};

const isAsked = (request: ChatRequest, field: RequestField): boolean =>
  field === 'choices' ? (request.choices ?? 1) > 1 : request[field] !== undefined;

const isInstructions = ({ role, extra }: ChatMessage): boolean =>
  role === 'system' && extra?.['instructions'] === true;

const messagesOf = (messages: readonly ChatMessage[], isOwn: boolean): JsonObject => {
  const [first, ...others] = messages;
  const [part] = first?.parts ?? [];
  if (!isOwn || !first || !isInstructions(first) || part?.kind !== 'text')
    return { input: writeItems(messages, isOwn) };
  return { instructions: part.text, input: writeItems(others, isOwn) };
};

interface Own {
  readonly tools: readonly JsonObject[];
  readonly text: Json | undefined;
  readonly reasoning: Json | undefined;
  readonly isOwn: boolean;
}

const fieldsOf = (request: ChatRequest, own: Own): JsonObject => {
  const { maxOutputTokens, logprobs, toolChoice, format, reasoning } = request;
  const { isOwn } = own;
  const text = { ...(own.text as JsonObject), ...(format && { format: formatOf(format, isOwn) }) };
  const thinks = { ...(own.reasoning as JsonObject), ...(reasoning && thinkingOf(reasoning)) };
  const fields: Readonly<Record<string, Json | undefined>> = {
    max_output_tokens:
      maxOutputTokens !== undefined && !isOwn
        ? Math.max(maxOutputTokens, LEAST_OUTPUT_TOKENS)
        : maxOutputTokens,
    temperature: request.temperature,
    top_p: request.topP,
    top_logprobs: logprobs?.top,
    tools: own.tools.length > 0 ? [...own.tools] : undefined,
    tool_choice: toolChoice && choiceOf(toolChoice),
    parallel_tool_calls: request.parallelTools,
    text: Object.keys(text).length > 0 ? text : undefined,
    reasoning: Object.keys(thinks).length > 0 ? thinks : undefined,
    user: request.user,
    service_tier: request.serviceTier,
    metadata: request.metadata,
  };
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, Json] => entry[1] !== undefined),
  );
};

const includeOf = (
  { logprobs }: ChatRequest,
  { include, thinks }: { readonly include: Json | undefined; readonly thinks: boolean },
): JsonObject => {
  const all = [
    ...((include as Json[] | undefined) ?? []),
    ...(logprobs ? [LOGPROBS] : []),
    // What is kept nowhere has to come back with its seals.
    ...(thinks ? [SEALS] : []),
  ];
  return all.length > 0 ? { include: all } : {};
};

const toolsOf = (
  { tools = [] }: ChatRequest,
  isOwn: boolean,
): { readonly tools: readonly JsonObject[]; readonly areLeft: boolean } => {
  const written = tools.flatMap((tool) => {
    if (!isVendorTool(tool)) return [toolOf(tool, isOwn)];
    if (tool.dialect === NAME) return [tool.value];
    const search = webSearchOf(tool.value);
    return search ? [writeSearch(search)] : [];
  });
  return { tools: written, areLeft: written.length < tools.length };
};

/** Here a schema is strict unless it says otherwise; elsewhere it is not. */
const toolOf = ({ name, description, schema, strict }: Tool, isOwn: boolean): JsonObject => {
  const said = isOwn ? strict : (strict ?? false);
  return {
    type: 'function',
    name,
    ...(description !== undefined && { description }),
    ...(schema ? { parameters: schema } : !isOwn && { parameters: NO_PARAMETERS }),
    ...(said !== undefined && { strict: said }),
  };
};

const NO_PARAMETERS: JsonObject = { type: 'object', properties: {} };

const choiceOf = (choice: ToolChoice): Json =>
  choice.kind === 'tool' ? { type: 'function', name: choice.name } : choice.kind;

const formatOf = (format: Format, isOwn: boolean): JsonObject => {
  if (format.kind === 'json') return { type: 'json_object' };
  const { name = 'answer', description, schema, strict } = format;
  const said = isOwn ? strict : (strict ?? false);
  return {
    type: 'json_schema',
    name,
    ...(description !== undefined && { description }),
    schema,
    ...(said !== undefined && { strict: said }),
  };
};

/** Budgets up to here are a low effort, and a medium one; tokens. */
const LOW_TOKENS = 1_024;
const MEDIUM_TOKENS = 8_192;

const thinkingOf = ({ effort, budgetTokens = -1, summary }: Reasoning): JsonObject => {
  const said =
    effort ??
    (budgetTokens <= 0
      ? undefined
      : budgetTokens <= LOW_TOKENS
        ? 'low'
        : budgetTokens <= MEDIUM_TOKENS
          ? 'medium'
          : 'high');
  return {
    ...(said !== undefined && { effort: said }),
    ...(summary !== undefined && summary !== 'none' && { summary }),
  };
};
