import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import { textAt } from '#core/fields.ts';

/** What a request says, as items with ids: a text is a message of the user. */
export const inputItems = (body: JsonObject, response: string): JsonObject[] => {
  const input = own(body, 'input');
  const items: readonly Json[] =
    typeof input === 'string'
      ? [{ role: 'user', content: input }]
      : Array.isArray(input)
        ? input
        : [];
  const short = response.replace(/^resp_/, '');
  return items.filter(isObject).map((item, i) => {
    const type = textAt(item, 'type') || 'message';
    const id = own(item, 'id') ?? `${PREFIX[type] ?? 'item'}_${short}_in${i}`;
    return { id, type, ...item, ...contentOf(item, type) };
  });
};

const PREFIX: Readonly<Record<string, string>> = {
  message: 'msg',
  function_call: 'fc',
  function_call_output: 'fco',
  reasoning: 'rs',
};

const contentOf = (item: JsonObject, type: string): JsonObject => {
  const content = own(item, 'content');
  if (type !== 'message' || typeof content !== 'string') return {};
  const words = own(item, 'role') === 'assistant' ? 'output_text' : 'input_text';
  return { content: [{ type: words, text: content }] };
};

export const outputItems = (response: JsonObject): JsonObject[] => {
  const output = own(response, 'output');
  return Array.isArray(output) ? output.filter(isObject) : [];
};
