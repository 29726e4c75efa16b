import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type {
  ChatMessage,
  ChatRequest,
  Format,
  Reasoning,
  Tool,
  ToolChoice,
  VendorTool,
} from '#wire/chat-request.ts';
import { bad, bool, count, list, number, optional, record, rest, text } from '#wire/check.ts';
import { textAt } from '#core/fields.ts';
import { present } from '#wire/openai-responses/fields.ts';
import { NAME } from '#wire/openai-responses/name.ts';
import { readItems } from '#wire/openai-responses/read-items.ts';
import { touchRequest } from '#wire/openai-responses/request.ts';

const KNOWN = new Set([
  'model',
  'input',
  'instructions',
  'stream',
  'max_output_tokens',
  'temperature',
  'top_p',
  'top_logprobs',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'text',
  'reasoning',
  'include',
  'user',
  'service_tier',
  'metadata',
]);

export const readRequest = (body: JsonObject): ChatRequest => {
  const { model, stream, includeUsage } = touchRequest(body);
  return {
    model,
    messages: messagesOf(body),
    stream,
    includeUsage,
    ...present({
      maxOutputTokens: count(body, 'max_output_tokens', 0),
      temperature: number(body, 'temperature'),
      topP: number(body, 'top_p'),
      logprobs: logprobsOf(body),
      tools: list(body, 'tools')?.map(readTool),
      toolChoice: choiceOf(optional(body, 'tool_choice')),
      parallelTools:
        optional(body, 'parallel_tool_calls') === undefined
          ? undefined
          : bool(body, 'parallel_tool_calls'),
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

/** Marks the message that a request's `instructions` are: they hold for one turn, and go back there. */
const INSTRUCTIONS: JsonObject = { instructions: true };

const messagesOf = (body: JsonObject): readonly ChatMessage[] => {
  const instructions = text(body, 'instructions');
  const input = optional(body, 'input');
  const said: readonly ChatMessage[] =
    typeof input === 'string'
      ? [{ role: 'user', parts: [{ kind: 'text', text: input }] }]
      : readItems(Array.isArray(input) ? input : [], 'input');
  if (instructions === undefined) return said;
  const parts = [{ kind: 'text', text: instructions } as const];
  return [{ role: 'system', parts, extra: INSTRUCTIONS }, ...said];
};

/** What a caller who wants log-probabilities lists under `include`. */
export const LOGPROBS = 'message.output_text.logprobs';

const logprobsOf = (body: JsonObject): { top?: number } | undefined => {
  const top = count(body, 'top_logprobs', 0);
  const isAsked = (list(body, 'include') ?? []).includes(LOGPROBS);
  if (!isAsked && !top) return undefined;
  return top === undefined ? {} : { top };
};

const readTool = (tool: Json, i: number): Tool | VendorTool => {
  const param = `tools.${i}`;
  if (!isObject(tool)) return bad(param, 'an object', tool);
  if (own(tool, 'type') !== 'function') return { dialect: NAME, value: tool };
  const name = text(tool, 'name', `${param}.name`);
  if (name === undefined) return bad(`${param}.name`, 'a text', undefined);
  const strict = optional(tool, 'strict');
  return {
    name,
    ...present({
      description: text(tool, 'description', `${param}.description`),
      schema: record(tool, 'parameters', `${param}.parameters`),
      strict: typeof strict === 'boolean' ? strict : undefined,
    }),
  };
};

/** Undefined where it is absent, and where it is a choice that the hub has no word for. */
const choiceOf = (choice: Json | undefined): ToolChoice | undefined => {
  if (choice === 'auto' || choice === 'none' || choice === 'required') return { kind: choice };
  if (!isObject(choice) || own(choice, 'type') !== 'function') return undefined;
  const name = own(choice, 'name');
  return typeof name === 'string' ? { kind: 'tool', name } : undefined;
};

const formatOf = (body: JsonObject): Format | undefined => {
  const wishes = record(body, 'text');
  const format = wishes && record(wishes, 'format', 'text.format');
  const type = format && own(format, 'type');
  if (type === 'json_object') return { kind: 'json' };
  if (!format || type !== 'json_schema') return undefined;
  const strict = own(format, 'strict');
  return {
    kind: 'schema',
    schema: record(format, 'schema', 'text.format.schema') ?? {},
    ...present({
      name: text(format, 'name', 'text.format.name'),
      description: text(format, 'description', 'text.format.description'),
      strict: typeof strict === 'boolean' ? strict : undefined,
    }),
  };
};

const REASONING = new Set(['effort', 'summary']);

const reasoningOf = (body: JsonObject): Reasoning | undefined => {
  const reasoning = record(body, 'reasoning');
  const [effort, summary] = ['effort', 'summary'].map(
    (key) => reasoning && text(reasoning, key, `reasoning.${key}`),
  );
  return effort === undefined && summary === undefined ? undefined : present({ effort, summary });
};

/** Values of known fields that the hub has no word for stay as they came. */
const extraOf = (body: JsonObject): JsonObject => {
  const extra = rest(body, KNOWN);
  const keep = (key: string, value: Json | undefined, isAny: boolean): void => {
    if (value !== undefined && isAny) extra[key] = value;
  };
  const include = list(body, 'include')?.filter((each) => each !== LOGPROBS);
  keep('include', include, (include ?? []).length > 0);
  const choice = optional(body, 'tool_choice');
  keep('tool_choice', choice, !choiceOf(choice));
  const reasoning = rest(record(body, 'reasoning') ?? {}, REASONING);
  keep('reasoning', reasoning, Object.keys(reasoning).length > 0);
  const wishes = textWishes(record(body, 'text') ?? {}, formatOf(body) !== undefined);
  keep('text', wishes, Object.keys(wishes).length > 0);
  return extra;
};

const FORMAT = new Set(['format']);

/** `text` without its format where the hub has that, and where it is the one that is meant anyway. */
const textWishes = (wishes: JsonObject, isKnown: boolean): JsonObject => {
  const format = optional(wishes, 'format');
  const isPlain = isObject(format) && textAt(format, 'type') === 'text';
  return isKnown || isPlain || format === undefined ? rest(wishes, FORMAT) : wishes;
};
