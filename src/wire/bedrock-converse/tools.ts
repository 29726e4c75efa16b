import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import { cacheMark, DIALECT } from '#wire/bedrock-converse/read-parts.ts';
import { cachePoint } from '#wire/bedrock-converse/write-parts.ts';
import {
  type ChatRequest,
  type Part,
  type RequestField,
  type Tool,
  type ToolChoice,
  type VendorTool,
  isVendorTool,
} from '#wire/chat-request.ts';

/** The tool that a model must call to answer in a format. */
export const FORMAT_TOOL = 'json_output';

export const readTools = (config: JsonObject): (Tool | VendorTool)[] => {
  const list = own(config, 'tools');
  const tools: (Tool | VendorTool)[] = [];
  for (const item of Array.isArray(list) ? list.filter(isObject) : []) {
    const cache = cacheMark(item);
    const last = tools.at(-1);
    if (cache && last && !isVendorTool(last)) tools[tools.length - 1] = { ...last, cache };
    else tools.push(readTool(item) ?? { dialect: DIALECT, value: item });
  }
  return tools;
};

const readTool = (item: JsonObject): Tool | undefined => {
  const spec = own(item, 'toolSpec');
  if (!isObject(spec) || Object.keys(item).length > 1) return undefined;
  const { name, description, inputSchema, strict, ...more } = spec;
  if (typeof name !== 'string' || Object.keys(more).length > 0) return undefined;
  const schema = isObject(inputSchema) ? own(inputSchema, 'json') : undefined;
  return {
    name,
    ...(typeof description === 'string' && { description }),
    ...(isObject(schema) && { schema }),
    ...(typeof strict === 'boolean' && { strict }),
  };
};

export const readChoice = (choice: Json | undefined): ToolChoice | undefined => {
  if (!isObject(choice)) return undefined;
  if (own(choice, 'auto') !== undefined) return { kind: 'auto' };
  if (own(choice, 'any') !== undefined) return { kind: 'required' };
  const tool = own(choice, 'tool');
  const name = isObject(tool) ? own(tool, 'name') : undefined;
  return typeof name === 'string' ? { kind: 'tool', name } : undefined;
};

export interface WrittenTools {
  readonly config?: JsonObject;
  /** Fields that have the model's own names. */
  readonly additional?: JsonObject;
  readonly left: readonly RequestField[];
  readonly emulates?: 'format';
  /** One must be called. */
  readonly isForced: boolean;
}

/**
 * Tools, the choice among them, and the format that the answer must have as one tool more.
 */
export const writeTools = (request: ChatRequest): WrittenTools => {
  const { toolChoice: choice, format, tools = [] } = request;
  const isOneAtATime = request.parallelTools === false && tools.length > 0;
  const left: RequestField[] = isOneAtATime ? ['parallelTools'] : [];
  if (tools.some((tool) => isVendorTool(tool) && tool.dialect !== DIALECT)) left.push('tools');
  // Without tools nobody calls one; they must stay where the conversation has calls already.
  const isMute = choice?.kind === 'none';
  const called = calledTools(request.messages.flatMap(({ parts }) => parts));
  if (isMute && called.length > 0) left.push('toolChoice');
  const blocks = isMute && called.length === 0 ? [] : tools.flatMap(writeTool);
  const isAlone = blocks.length === 0;
  if (isAlone) blocks.push(...called.map((name) => toolSpec({ name })));
  const emulates = format !== undefined && choice?.kind !== 'tool';
  if (format !== undefined && !emulates) left.push('format');
  const config = (toolChoice: JsonObject | undefined): JsonObject => ({
    tools: blocks,
    ...(toolChoice && { toolChoice }),
  });
  if (emulates) {
    blocks.push(formatTool(format));
    const forced = isAlone ? { tool: { name: FORMAT_TOOL } } : { any: {} };
    return { config: config(forced), left, emulates: 'format', isForced: true };
  }
  if (blocks.length === 0) return { left, isForced: false };
  const isForced = choice?.kind === 'required' || choice?.kind === 'tool';
  return { config: config(writeChoice(choice)), left, isForced };
};

const writeChoice = (choice: ToolChoice | undefined): JsonObject | undefined => {
  if (!choice || choice.kind === 'none') return undefined;
  if (choice.kind === 'auto') return { auto: {} };
  return choice.kind === 'tool' ? { tool: { name: choice.name } } : { any: {} };
};

/** The vendor wants every tool declared that the conversation has called. */
const calledTools = (parts: readonly Part[]): string[] => [
  ...new Set(parts.flatMap((part) => (part.kind === 'tool-call' ? [part.name] : []))),
];

const NO_ARGUMENTS = { type: 'object', properties: {} };

const writeTool = (tool: Tool | VendorTool): JsonObject[] => {
  if (isVendorTool(tool)) return tool.dialect === DIALECT ? [tool.value] : [];
  return tool.cache ? [toolSpec(tool), cachePoint(tool.cache)] : [toolSpec(tool)];
};

const toolSpec = ({ name, description, schema, strict }: Tool): JsonObject => ({
  toolSpec: {
    name,
    // An empty one is refused.
    ...(description && { description }),
    inputSchema: { json: schema ?? NO_ARGUMENTS },
    ...(strict !== undefined && { strict }),
  },
});

const formatTool = (format: NonNullable<ChatRequest['format']>): JsonObject =>
  toolSpec({
    name: FORMAT_TOOL,
    description:
      format.kind === 'schema' && format.description
        ? format.description
        : 'Gives the answer, as JSON. Call it once, with the whole answer.',
    schema: format.kind === 'schema' ? format.schema : { type: 'object' },
  });
