import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import { bad, bool, count, modelName, optional, text } from '#wire/check.ts';
import type { Redirection, Touched } from '#wire/dialect.ts';
import { textAt } from '#core/fields.ts';
import { isOwnSeal } from '#wire/openai-responses/seal.ts';
import { readSealedId } from '#wire/sealed-id.ts';

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

/**
 * The same body for another model. Thoughts and seals of another vendor, which clients bring along from
 * one model to the next, stay behind: this one refuses them.
 */
export const redirectRequest = (body: JsonObject, { model }: Redirection): JsonObject => {
  const input = own(body, 'input');
  if (!Array.isArray(input)) return { ...body, model };
  return { ...body, model, input: input.filter((item) => !isForeignThought(item)).map(unsealed) };
};

const unsealed = (item: Json): Json => {
  if (!isObject(item)) return item;
  const { id, signature } = readSealedId(textAt(item, 'call_id'));
  return signature === undefined ? item : { ...item, call_id: id };
};

/** Ids that a translated answer has: no vendor knows them. */
const TRANSLATED = /_\d+$/;

const isForeignThought = (item: Json): boolean => {
  if (!isObject(item) || own(item, 'type') !== 'reasoning') return false;
  const seal = textAt(item, 'encrypted_content');
  return seal === '' ? TRANSLATED.test(textAt(item, 'id')) : !isOwnSeal(seal);
};
