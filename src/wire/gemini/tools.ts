import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import {
  type ChatRequest,
  type Format,
  type Tool,
  type ToolChoice,
  type VendorTool,
  isVendorTool,
} from '#wire/chat-request.ts';
import { bad } from '#wire/check.ts';
import { isOwnTool } from '#wire/gemini/borrowed.ts';
import { field, list, objectIn, present, record, textIn, without } from '#wire/gemini/fields.ts';
import { NAME } from '#wire/gemini/name.ts';
import { cleanSchema, fromOpenApi, hasProperties } from '#wire/gemini/schema.ts';
import { webSearchOf } from '#wire/web-search.ts';

/** Declared functions, and tools that Google runs: each entry of `tools` may hold several of both. */
export const readTools = (body: JsonObject): (Tool | VendorTool)[] | undefined =>
  list(body, 'tools', 'tools')?.flatMap((entry, i) => {
    const param = `tools.${i}`;
    if (!isObject(entry)) return bad(param, 'an object', entry);
    const declared = list(entry, 'functionDeclarations', `${param}.functionDeclarations`) ?? [];
    const functions = declared.map((each, j) =>
      readFunction(each, `${param}.functionDeclarations.${j}`),
    );
    const others = without(entry, ['functionDeclarations']);
    return [
      ...functions,
      ...(Object.keys(others).length > 0 ? [{ dialect: NAME, value: others }] : []),
    ];
  });

const readFunction = (declared: Json, param: string): Tool => {
  if (!isObject(declared)) return bad(param, 'an object', declared);
  const name = textIn(declared, 'name') ?? bad(`${param}.name`, 'a text', undefined);
  const openApi = record(declared, 'parameters', `${param}.parameters`);
  const schema = record(declared, 'parametersJsonSchema', `${param}.parametersJsonSchema`);
  return {
    name,
    ...present({
      description: textIn(declared, 'description'),
      schema: schema ?? (openApi && fromOpenApi(openApi)),
    }),
  };
};

/**
 * Functions next to one another go into one entry. `areLeft`: some are tools of other vendors. Most models
 * refuse a search beside functions: another vendor's stays out there.
 */
export const writeTools = ({
  tools = [],
}: ChatRequest): { readonly entries: JsonObject[]; readonly areLeft: boolean } => {
  const entries: JsonObject[] = [];
  let declared: JsonObject[] | undefined;
  let areLeft = false;
  const isAlone = tools.every(isVendorTool);
  for (const tool of tools) {
    if (!isVendorTool(tool)) {
      if (!declared) entries.push({ functionDeclarations: (declared = []) });
      declared.push(writeFunction(tool));
      continue;
    }
    declared = undefined;
    if (tool.dialect === NAME || isOwnTool(tool.value)) entries.push(tool.value);
    else if (isAlone && isPlainSearch(tool.value)) entries.push({ googleSearch: {} });
    else areLeft = true;
  }
  return { entries, areLeft };
};

/** One that may look at some sites only has no counterpart. */
const isPlainSearch = (value: JsonObject): boolean => {
  const search = webSearchOf(value);
  return search !== undefined && search.domains === undefined;
};

const writeFunction = ({ name, description, schema }: Tool): JsonObject => ({
  name,
  ...(description !== undefined && { description }),
  ...(hasProperties(schema) && { parametersJsonSchema: cleanSchema(schema) }),
});

const MODES: Readonly<Record<string, 'auto' | 'required' | 'none'>> = {
  AUTO: 'auto',
  // Calls and texts, both by their schemas.
  VALIDATED: 'auto',
  ANY: 'required',
  NONE: 'none',
};

/** `whole`: the hub says all that the config says. */
export const readToolConfig = (
  body: JsonObject,
): { readonly choice?: ToolChoice; readonly whole: boolean } => {
  const config = record(body, 'toolConfig', 'toolConfig');
  if (!config) return { whole: true };
  const calling = objectIn(config, 'functionCallingConfig') ?? {};
  const said = textIn(calling, 'mode') ?? '';
  const mode = Object.hasOwn(MODES, said) ? MODES[said] : undefined;
  const named = field(calling, 'allowedFunctionNames');
  const names = Array.isArray(named) ? named.filter((each) => typeof each === 'string') : [];
  const [name, ...more] = names;
  const isOne = mode === 'required' && name !== undefined && more.length === 0;
  const choice: ToolChoice | undefined = isOne ? { kind: 'tool', name } : mode && { kind: mode };
  const others =
    Object.keys(without(config, ['functionCallingConfig'])).length +
    Object.keys(without(calling, ['mode', 'allowedFunctionNames'])).length;
  const whole = others === 0 && said !== 'VALIDATED' && (isOne || names.length === 0);
  return { ...(choice && { choice }), whole: whole && choice !== undefined };
};

export const writeToolConfig = (choice: ToolChoice): JsonObject => {
  if (choice.kind === 'tool')
    return { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: [choice.name] } };
  const mode = { auto: 'AUTO', none: 'NONE', required: 'ANY' }[choice.kind];
  return { functionCallingConfig: { mode } };
};

const JSON_TYPE = 'application/json';

/** Undefined for plain text, and for what the hub has no word for. */
export const readFormat = (config: JsonObject): Format | undefined => {
  if (textIn(config, 'responseMimeType') !== JSON_TYPE) return undefined;
  const at = 'generationConfig.responseSchema';
  const openApi = record(config, 'responseSchema', at);
  const schema = ['responseJsonSchema', '_responseJsonSchema'].map((name) => own(config, name));
  const json = [...schema, field(config, 'responseJsonSchema')].find(isObject);
  if (json) return { kind: 'schema', schema: json };
  return openApi ? { kind: 'schema', schema: fromOpenApi(openApi) } : { kind: 'json' };
};

export const writeFormat = (format: Format): JsonObject => ({
  responseMimeType: JSON_TYPE,
  ...(format.kind === 'schema' && { responseJsonSchema: cleanSchema(format.schema) }),
});
