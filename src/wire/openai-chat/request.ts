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

const NEWER = 'max_completion_tokens';
const CAPS = [NEWER, 'max_tokens'];

/** Of thoughts and answer together less is refused by models that think. */
const LEAST_TOKENS = 16;

/** A cap that was meant for the answer alone, where the model caps its thoughts with it. */
export const withThoughts = (most: number, field: string | undefined): number =>
  field === NEWER && most > 0 ? Math.max(most, LEAST_TOKENS) : most;

/** The body with its cap, whatever it came as, under the one name that its model takes. */
const capped = (body: JsonObject, field: string): JsonObject => {
  const given = CAPS.filter((name) => optional(body, name) !== undefined);
  const [newest] = given;
  if (newest === undefined || (given.length === 1 && newest === field)) return body;
  const said = own(body, newest)!;
  const most = typeof said === 'number' && newest !== field ? withThoughts(said, field) : said;
  return { ...rest(body, new Set(given)), [field]: most };
};
