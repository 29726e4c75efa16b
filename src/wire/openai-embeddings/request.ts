import { type Json, type JsonObject, own } from '#core/json.ts';
import { bad, count, modelName, rest, text } from '#wire/check.ts';
import type { EmbeddingDialect, EmbeddingRequest } from '#wire/embedding.ts';

export const NAME = 'openai-embeddings';

const EXPECTED = 'a text, or an array of texts, of tokens or of arrays of tokens';

export const touchRequest = (body: JsonObject): { readonly model: string } => {
  const model = modelName(body);
  const input = own(body, 'input');
  if (Array.isArray(input)) checkList(input);
  else if (typeof input !== 'string') bad('input', EXPECTED, input);
  return { model };
};

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

const KNOWN = new Set(['model', 'input', 'dimensions', 'encoding_format', 'user', 'input_type']);

export const readRequest = (body: JsonObject): EmbeddingRequest => {
  const { model } = touchRequest(body);
  const input = own(body, 'input') as string | (string | number | number[])[];
  const isSingle = typeof input === 'string' || typeof input[0] === 'number';
  const dimensions = count(body, 'dimensions', 1);
  const user = text(body, 'user');
  const purpose = text(body, 'input_type');
  return {
    model,
    inputs: (isSingle ? [input] : input) as EmbeddingRequest['inputs'],
    isSingle,
    ...(dimensions !== undefined && { dimensions }),
    ...(purpose !== undefined && { purpose }),
    base64: own(body, 'encoding_format') === 'base64',
    ...(user !== undefined && { user }),
    dialect: NAME,
    extra: rest(body, KNOWN),
  };
};

export const writeRequest: EmbeddingDialect['writeRequest'] = (request, { model }) => {
  const { inputs, isSingle, dimensions, purpose, base64, user, dialect, extra } = request;
  const all = inputs.map((input) => (typeof input === 'string' ? input : [...input]));
  const body: JsonObject = {
    ...(dialect === NAME && extra),
    model,
    input: isSingle ? all[0]! : all,
    ...(dimensions !== undefined && { dimensions }),
    ...(base64 && { encoding_format: 'base64' }),
    ...(user !== undefined && { user }),
    ...(purpose !== undefined && dialect === NAME && { input_type: purpose }),
  };
  return { body, left: purpose !== undefined && dialect !== NAME ? ['purpose'] : [] };
};
