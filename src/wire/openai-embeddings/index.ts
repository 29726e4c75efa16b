import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type { Usage } from '#wire/chat-event.ts';
import { bad, modelName } from '#wire/check.ts';
import { readError } from '#wire/openai-chat/error.ts';
import { readUsage } from '#wire/openai-chat/usage.ts';

/** Throws SpillwayError `invalid_request` with `param` set when the model or the input has a wrong type. */
export const touchEmbeddings = (body: JsonObject): { readonly model: string } => {
  const model = modelName(body);
  const input = own(body, 'input');
  if (Array.isArray(input)) checkList(input);
  else if (typeof input !== 'string') bad('input', EXPECTED, input);
  return { model };
};

const EXPECTED = 'a text, or an array of texts, of tokens or of arrays of tokens';

/** The first item says what the others must be. */
const checkList = (input: Json[]): void => {
  const [first] = input;
  if (typeof first === 'string') {
    const at = input.findIndex((item) => typeof item !== 'string');
    if (at >= 0) bad(`input.${at}`, 'a text, as the first one is', input[at]);
  } else if (typeof first === 'number') checkTokens(input, 'input');
  else for (const [i, item] of input.entries()) checkTokens(item, `input.${i}`);
};

const checkTokens = (tokens: Json, param: string): void => {
  if (!Array.isArray(tokens)) bad(param, 'a text or an array of tokens', tokens);
  else {
    const at = tokens.findIndex((token) => !Number.isSafeInteger(token));
    if (at >= 0) bad(`${param}.${at}`, "a token's number", tokens[at]);
  }
};

/** What the vendor counted; undefined when it did not, or not credibly. */
export const readEmbeddingsUsage = (body: Json): Usage | undefined =>
  isObject(body) ? readUsage(own(body, 'usage')) : undefined;

export const openaiEmbeddings = {
  name: 'openai-embeddings',
  touchRequest: touchEmbeddings,
  readUsage: readEmbeddingsUsage,
  readError,
};
