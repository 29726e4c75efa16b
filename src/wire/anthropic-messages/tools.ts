import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type { Abilities } from '#wire/anthropic-messages/abilities.ts';
import { DIALECT, fieldText, readCache, writeCache } from '#wire/anthropic-messages/fields.ts';
import { type ChatRequest, type Tool, type VendorTool, isVendorTool } from '#wire/chat-request.ts';
import { bad, bool, list, record, rest, text } from '#wire/check.ts';
import { type WebSearch, webSearchOf } from '#wire/web-search.ts';

type Tools = Pick<ChatRequest, 'tools' | 'toolChoice' | 'parallelTools'>;

/** `tools` and `tool_choice`. Throws SpillwayError `invalid_request`. */
export const readTools = (body: JsonObject): Tools => {
  const tools = list(body, 'tools');
  const choice = record(body, 'tool_choice');
  const alone = choice && bool(choice, DISABLE, `tool_choice.${DISABLE}`);
  return {
    ...(tools && { tools: tools.map((tool, i) => readTool(tool, `tools.${i}`)) }),
    ...(choice && !isImplied(choice) && { toolChoice: readChoice(choice) }),
    ...(alone === true && { parallelTools: false }),
  };
};

const DISABLE = 'disable_parallel_tool_use';

const readTool = (tool: Json, param: string): Tool | VendorTool => {
  if (!isObject(tool)) return bad(param, 'an object', tool);
  const type = own(tool, 'type') ?? 'custom';
  if (type !== 'custom') return { dialect: DIALECT, value: tool };
  const description = text(tool, 'description', `${param}.description`);
  const schema = record(tool, 'input_schema', `${param}.input_schema`);
  const cache = readCache(tool);
  const extra = rest(tool, TOOL_FIELDS);
  return {
    name: text(tool, 'name', `${param}.name`) ?? bad(`${param}.name`, 'a text', undefined),
    ...(description !== undefined && { description }),
    ...(schema && { schema }),
    ...(own(tool, 'strict') === true && { strict: true }),
    ...(cache && { cache }),
    ...(Object.keys(extra).length > 0 && { extra }),
  };
};

const TOOL_FIELDS: ReadonlySet<string> = new Set([
  'name',
  'description',
  'input_schema',
  'strict',
  'cache_control',
]);

/** One that says no more than that calls come one at a time. */
const isImplied = (choice: JsonObject): boolean =>
  own(choice, 'type') === 'auto' && own(choice, DISABLE) === true;

const readChoice = (choice: JsonObject): NonNullable<ChatRequest['toolChoice']> => {
  const type = own(choice, 'type');
  if (type === 'auto' || type === 'none') return { kind: type };
  if (type === 'any') return { kind: 'required' };
  if (type === 'tool') {
    const name = text(choice, 'name', 'tool_choice.name');
    return { kind: 'tool', name: name ?? bad('tool_choice.name', 'a text', undefined) };
  }
  return bad('tool_choice.type', 'one of auto, any, tool, none', type);
};

/** The tools as this dialect has them; another vendor's own are left out. */
export const writeTools = (request: ChatRequest, { schemas }: Abilities): JsonObject[] =>
  (request.tools ?? []).flatMap((tool) => {
    const isSame = request.dialect === DIALECT;
    if (!isVendorTool(tool))
      return [{ ...writeTool(tool, schemas || isSame), ...(isSame && tool.extra) }];
    const value = vendorTool(tool);
    return value ? [value] : [];
  });

export const hasForeignTool = ({ tools = [] }: ChatRequest): boolean =>
  tools.some((tool) => isVendorTool(tool) && !vendorTool(tool));

/** Tools that this vendor runs end in the date of their version, in any dialect's list. */
const HOSTED = /^[a-z_]+_20\d{6}$/;

/** Undefined for another vendor's that nothing here answers to. */
const vendorTool = ({ dialect, value }: VendorTool): JsonObject | undefined => {
  if (dialect === DIALECT || HOSTED.test(fieldText(value, 'type'))) return value;
  const search = webSearchOf(value);
  return search && writeSearch(search);
};

export const writeSearch = ({ place, domains }: WebSearch): JsonObject => ({
  type: 'web_search_20250305',
  name: 'web_search',
  ...(domains && { allowed_domains: [...domains] }),
  ...(place && { user_location: place }),
});

const writeTool = (tool: Tool, schemas: boolean): JsonObject => ({
  name: tool.name,
  ...(tool.description !== undefined && { description: tool.description }),
  input_schema: objectSchema(tool.schema ?? {}),
  ...(tool.strict === true && schemas && { strict: true }),
  ...writeCache(tool.cache),
});

/** It must say that it is an object's. */
export const objectSchema = (schema: JsonObject): JsonObject =>
  own(schema, 'type') === undefined
    ? {
        type: 'object',
        ...(own(schema, 'properties') === undefined && { properties: {} }),
        ...schema,
      }
    : schema;

/** `tool_choice`, where there is something to choose from and something to say of it. */
export const writeChoice = ({ toolChoice, parallelTools }: ChatRequest): JsonObject | undefined => {
  if (toolChoice?.kind === 'none') return { type: 'none' };
  const alone = parallelTools === false ? { [DISABLE]: true } : {};
  if (toolChoice?.kind === 'tool') return { type: 'tool', name: toolChoice.name, ...alone };
  if (toolChoice?.kind === 'required') return { type: 'any', ...alone };
  return toolChoice || parallelTools === false ? { type: 'auto', ...alone } : undefined;
};

/** Ids may have only so many kinds of characters; what other vendors call their calls may have more. */
export const callId = (id: string): string => id.replaceAll(/[^\w-]/g, '_') || 'call';
