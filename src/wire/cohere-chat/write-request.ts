import { type Json, type JsonObject, isObject } from '#core/json.ts';
import { marksLeft } from '#wire/cache-marks.ts';
import { type ChatMessage, type ChatRequest, isVendorTool } from '#wire/chat-request.ts';
import type { Part, RequestField, Tool, ToolResultPart } from '#wire/chat-request.ts';
import { DIALECT } from '#wire/cohere-chat/read-request.ts';
import { textAt } from '#core/fields.ts';
import { refused } from '#wire/refused-part.ts';
import type { Redirection, WriteOptions, Written } from '#wire/dialect.ts';

/** Fields of the vendor's that callers of every dialect reach by name. */
const OWN_FIELDS = ['documents', 'citation_options', 'safety_mode', 'strict_tools', 'priority'];

export const writeRequest = (request: ChatRequest, { model }: WriteOptions): Written => {
  const isOwn = request.dialect === DIALECT;
  const documents: JsonObject[] = [];
  const messages = request.messages.flatMap((message) => writeMessage(message, isOwn, documents));
  const tools = writeTools(request);
  const thinking = thinkingOf(request, model);
  const extra = ownExtra(request, isOwn);
  const given = Array.isArray(extra['documents']) ? extra['documents'] : [];
  const all = [...given, ...documents];
  const body: JsonObject = {
    ...extra,
    model,
    messages,
    ...(request.stream && { stream: true }),
    ...numbers(request),
    ...(all.length > 0 && { documents: all }),
    ...tools,
    ...formatOf(request),
    ...thinking.fields,
  };
  const taken = isOwn ? [] : Object.keys(extra);
  const left = [...leftOut(request), ...thinking.left, ...marksLeft(request)];
  return { body, left, ...(taken.length > 0 && { taken }) };
};

export const redirectRequest = (body: JsonObject, { model }: Redirection): JsonObject => ({
  ...body,
  model,
});

const ownExtra = ({ extra }: ChatRequest, isOwn: boolean): JsonObject =>
  isOwn
    ? extra
    : Object.fromEntries(Object.entries(extra).filter(([key]) => OWN_FIELDS.includes(key)));

const numbers = (request: ChatRequest): JsonObject => {
  const fields: Readonly<Record<string, Json | undefined>> = {
    max_tokens: request.maxOutputTokens,
    temperature: request.temperature,
    p: request.topP,
    k: request.topK,
    seed: request.seed,
    presence_penalty: request.presencePenalty,
    frequency_penalty: request.frequencyPenalty,
    stop_sequences: request.stop && [...request.stop],
  };
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
};

/** One tool by its name the vendor cannot be told to call: it is offered that one, and must call. */
const writeTools = ({ tools = [], toolChoice: choice }: ChatRequest): JsonObject => {
  const plain = tools.filter((tool): tool is Tool => !isVendorTool(tool));
  const offered =
    choice?.kind === 'tool' ? plain.filter(({ name }) => name === choice.name) : plain;
  if (offered.length === 0) return {};
  const word = choice?.kind === 'none' ? 'NONE' : 'REQUIRED';
  return {
    tools: offered.map(({ name, description, schema }) => ({
      type: 'function',
      function: {
        name,
        ...(description !== undefined && { description }),
        parameters: schema ?? { type: 'object', properties: {} },
      },
    })),
    ...(choice && choice.kind !== 'auto' && { tool_choice: word }),
  };
};

const formatOf = ({ format }: ChatRequest): JsonObject => {
  if (!format) return {};
  const schema = format.kind === 'schema' ? { json_schema: format.schema } : {};
  return { response_format: { type: 'json_object', ...schema } };
};

const THINKS = /\b(?:reasoning|command-a-plus)\b/;

const BUDGETS: Readonly<Record<string, number>> = { minimal: 512, low: 1024, medium: 4096 };

const thinkingOf = (
  { reasoning }: ChatRequest,
  model: string,
): { readonly fields: JsonObject; readonly left: readonly RequestField[] } => {
  if (!reasoning) return { fields: {}, left: [] };
  const { effort = '', budgetTokens = -1 } = reasoning;
  const isOff = effort === 'none' || budgetTokens === 0;
  if (!THINKS.test(model)) return { fields: {}, left: isOff ? [] : ['reasoning'] };
  if (isOff) return { fields: { thinking: { type: 'disabled' } }, left: [] };
  const budget = budgetTokens > 0 ? budgetTokens : BUDGETS[effort];
  const bound = budget === undefined ? {} : { token_budget: budget };
  return { fields: { thinking: { type: 'enabled', ...bound } }, left: [] };
};

const leftOut = (request: ChatRequest): RequestField[] => {
  const left: RequestField[] = [];
  if ((request.choices ?? 1) > 1) left.push('choices');
  if (request.logprobs) left.push('logprobs');
  if (request.parallelTools === false) left.push('parallelTools');
  if (request.tools?.some(isVendorTool)) left.push('tools');
  if (request.user !== undefined) left.push('user');
  if (request.metadata) left.push('metadata');
  if (request.serviceTier !== undefined) left.push('serviceTier');
  return left;
};

/** `documents` takes in the documents, which stand beside the messages here. */
const writeMessage = (
  { role, parts, extra }: ChatMessage,
  isOwn: boolean,
  documents: JsonObject[],
): JsonObject[] => {
  const more = isOwn ? extra : {};
  if (role === 'assistant') return [{ role, ...assistantFields(parts, isOwn), ...more }];
  const results = parts.filter((part) => part.kind === 'tool-result').map(toolMessage);
  const said = parts.filter(({ kind }) => kind !== 'tool-result');
  const content = said.flatMap((part) => userPart(part, documents));
  if (content.length === 0 && results.length > 0) return results;
  return [...results, { role, content: plain(content), ...more }];
};

/** One text alone stands for itself. */
const plain = (content: JsonObject[]): Json => {
  const [first] = content;
  if (content.length === 0) return '';
  return content.length === 1 && first?.['type'] === 'text' ? (first['text'] ?? '') : content;
};

const toolMessage = ({ id, content }: ToolResultPart): JsonObject => ({
  role: 'tool',
  tool_call_id: id,
  content: plain(content.flatMap((part) => userPart(part, []))),
});

const userPart = (part: Part, documents: JsonObject[]): JsonObject[] => {
  switch (part.kind) {
    case 'text':
    case 'refusal':
      return [{ type: 'text', text: part.text }];
    case 'image':
      return [{ type: 'image_url', image_url: imageOf(part) }];
    case 'document':
      documents.push(textDocument(part));
      return [];
    case 'other':
      return part.dialect === DIALECT && isObject(part.value) ? [part.value] : [];
    case 'audio':
      throw refused(part, 'to another model: this vendor takes none');
    default:
      return [];
  }
};

const imageOf = (part: Extract<Part, { kind: 'image' }>): JsonObject => {
  const { source, detail } = part;
  if (source.kind === 'file')
    throw refused(part, 'as a URL or as bytes; this vendor keeps no files');
  const url = source.kind === 'url' ? source.url : `data:${source.mediaType};base64,${source.data}`;
  return { url, ...(detail !== undefined && { detail }) };
};

/** The vendor reads texts only. */
const textDocument = (part: Extract<Part, { kind: 'document' }>): JsonObject => {
  const { source, name } = part;
  if (source.kind !== 'data' || !/^(?:text\/|application\/json\b)/.test(source.mediaType))
    throw refused(part, 'as text (text/plain, text/markdown, …): this vendor reads no other');
  const text = Buffer.from(source.data, 'base64').toString('utf8');
  return { data: { ...(name !== undefined && { title: name }), text } };
};

/** What is said before calls is the vendor's plan for them. */
const assistantFields = (parts: readonly Part[], isOwn: boolean): JsonObject => {
  const calls = parts.flatMap((part) => (part.kind === 'tool-call' ? [callOf(part)] : []));
  const thoughts = parts.flatMap((part) =>
    part.kind === 'reasoning' && part.text !== '' && (isOwn || part.signature === undefined)
      ? [{ type: 'thinking', thinking: part.text }]
      : [],
  );
  const said = parts.filter(({ kind }) => kind !== 'reasoning' && kind !== 'tool-call');
  const content = said.flatMap((part) => userPart(part, []));
  if (calls.length === 0) return { content: plain([...thoughts, ...content]) };
  const plan = content.map((part) => textAt(part, 'text')).join('');
  return {
    ...(thoughts.length > 0 && { content: thoughts }),
    ...(plan !== '' && { tool_plan: plan }),
    tool_calls: calls,
  };
};

const callOf = ({ id, name, input }: Extract<Part, { kind: 'tool-call' }>): JsonObject => ({
  id,
  type: 'function',
  function: { name, arguments: input },
});
