import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import { objectSchema } from '#wire/anthropic-messages/tools.ts';
import type { Format } from '#wire/chat-request.ts';

/** The tool whose arguments are the answer, where an answer cannot be held to a schema otherwise. */
export const FORMAT_TOOL = 'json_output';

/** `output_config.format`; undefined where the model has none, or would refuse the schema. */
export const nativeFormat = (
  format: Format,
  { isTaken, isSame }: { readonly isTaken: boolean; readonly isSame: boolean },
): JsonObject | undefined => {
  if (format.kind !== 'schema') return undefined;
  const isFit = isSame || (isTaken && isClosed(format.schema));
  return isFit ? { type: 'json_schema', schema: format.schema } : undefined;
};

/** The vendor demands that every object says that it has no other fields. */
const isClosed = (schema: Json): boolean => {
  if (Array.isArray(schema)) return schema.every(isClosed);
  if (!isObject(schema)) return true;
  const isOpen = own(schema, 'type') === 'object' && own(schema, 'additionalProperties') !== false;
  return !isOpen && Object.values(schema).every(isClosed);
};

/** The same by a tool that must be called: with other tools beside it, one of them must be. */
export const emulated = (
  format: Format,
  { tools, choice }: { tools: readonly JsonObject[]; choice: JsonObject | undefined },
): { readonly tools: JsonObject[]; readonly choice: JsonObject } => {
  const schema = format.kind === 'schema' ? format.schema : {};
  const description = format.kind === 'schema' ? format.description : undefined;
  const tool = {
    name: FORMAT_TOOL,
    description: `Give your answer to the user with this tool.${description === undefined ? '' : ` ${description}`}`,
    input_schema: objectSchema(schema),
  };
  const isAlone = tools.length === 0 || choice?.['type'] === 'none';
  return {
    tools: [...tools, tool],
    choice: isAlone
      ? { type: 'tool', name: FORMAT_TOOL }
      : choice?.['type'] === 'tool'
        ? choice
        : { ...choice, type: 'any' },
  };
};
