import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import { bad, bool, count, modelName, optional, text } from '#wire/check.ts';
import type { Redirection, Touched } from '#wire/dialect.ts';

export const touchRequest = (body: JsonObject): Touched => {
  const model = modelName(body);
  const input = optional(body, 'input');
  if (Array.isArray(input)) for (let i = 0; i < input.length; i++) checkItem(input[i]!, i);
  else if (input !== undefined && typeof input !== 'string')
    bad('input', 'a text or an array of items', input);
  count(body, 'max_output_tokens', 0);
  text(body, 'previous_response_id');
  // Usage comes unasked.
  return { model, stream: bool(body, 'stream'), includeUsage: true };
};

const checkItem = (item: Json, i: number): void => {
  if (!isObject(item)) bad(`input.${i}`, 'an object', item);
  else if (typeof own(item, 'type') !== 'string' && typeof own(item, 'role') !== 'string')
    bad(`input.${i}.type`, 'a text', own(item, 'type'));
};

export const redirectRequest = (body: JsonObject, { model }: Redirection): JsonObject => ({
  ...body,
  model,
});
