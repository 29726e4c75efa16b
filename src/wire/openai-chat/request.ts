import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import { bad, bool, count, modelName, optional, rest } from '#wire/check.ts';
import type { Redirection, Touched } from '#wire/dialect.ts';

export const touchRequest = (body: JsonObject): Touched => {
  const model = modelName(body);
  const messages = own(body, 'messages');
  if (!Array.isArray(messages)) return bad('messages', 'an array', messages);
  for (let i = 0; i < messages.length; i++) checkMessage(messages[i]!, i);
  count(body, 'max_tokens', 0);
  count(body, 'max_completion_tokens', 0);
  count(body, 'n', 1);
  const stream = bool(body, 'stream');
  const options = optional(body, 'stream_options');
  if (options !== undefined && !isObject(options))
    return bad('stream_options', 'an object', options);
  const asked = options && bool(options, 'include_usage', 'stream_options.include_usage');
  return { model, stream, includeUsage: asked ?? false };
};

const checkMessage = (message: Json, i: number): void => {
  if (!isObject(message)) bad(`messages.${i}`, 'an object', message);
  else if (typeof own(message, 'role') !== 'string')
    bad(`messages.${i}.role`, 'a text', own(message, 'role'));
};

/** The stream options as they came, and the wish for usage. */
export const askingUsage = (options: Json | undefined): JsonObject => ({
  ...(isObject(options) && options),
  include_usage: true,
});

export const redirectRequest = (body: JsonObject, to: Redirection): JsonObject => {
  const { model, asksUsage, quirks } = to;
  const field = quirks?.maxTokensField;
  const said = field === undefined ? body : capped(body, field);
  if (own(said, 'stream') !== true) return { ...said, model };
  if (asksUsage)
    return { ...said, model, stream_options: askingUsage(own(said, 'stream_options')) };
  const { stream_options: _, ...left } = said;
  return { ...left, model };
};

const CAPS = ['max_completion_tokens', 'max_tokens'];

/** The body with its cap, whatever it came as, under the one name that its model takes. */
const capped = (body: JsonObject, field: string): JsonObject => {
  const given = CAPS.filter((name) => optional(body, name) !== undefined);
  const [newest] = given;
  if (newest === undefined || (given.length === 1 && newest === field)) return body;
  return { ...rest(body, new Set(given)), [field]: own(body, newest)! };
};
