import { type Json, type JsonObject, isObject } from '#core/json.ts';
import { bad, bool, modelName } from '#wire/check.ts';
import type { Redirection, Touched } from '#wire/dialect.ts';
import { list, record, setting } from '#wire/gemini/fields.ts';

/** More than a vendor answers with at once. */
const MOST_CANDIDATES = 128;

/**
 * `model` and `stream` are those of the path: whoever serves it puts them into the body. Usage comes
 * with every answer, asked for or not.
 */
export const touchRequest = (body: JsonObject): Touched => {
  const model = modelName(body);
  const contents = list(body, 'contents', 'contents');
  if (!contents) return bad('contents', 'an array of contents', undefined);
  for (const [i, content] of contents.entries())
    if (!isObject(content)) bad(`contents.${i}`, 'an object', content);
  candidateCount(body);
  return { model, stream: bool(body, 'stream'), includeUsage: true };
};

export const generationConfig = (body: JsonObject): JsonObject =>
  record(body, 'generationConfig', 'generationConfig') ?? {};

/** Undefined where one answer is asked for without saying so. */
export const candidateCount = (body: JsonObject): number | undefined => {
  const count = setting(generationConfig(body), 'candidateCount');
  if (count === undefined) return undefined;
  if (Number.isInteger(count) && count >= 1 && count <= MOST_CANDIDATES) return count;
  const most = `a whole number from 1 to ${MOST_CANDIDATES}`;
  return bad('generationConfig.candidateCount', most, count);
};

/** The path says where it goes. */
export const redirectRequest = (body: JsonObject, { quirks }: Redirection): JsonObject => {
  const { model: _model, stream: _stream, ...said } = body;
  if (quirks?.noCallIds !== true) return said;
  return Object.fromEntries(
    Object.entries(said).map(([key, value]) => [key, key === 'contents' ? idless(value) : value]),
  );
};

/** Fields of a part that may have an id, in both forms. */
const CALLS = ['functionCall', 'functionResponse', 'function_call', 'function_response'];

const idless = (contents: Json): Json =>
  Array.isArray(contents) ? contents.map((content) => withParts(content, idlessPart)) : contents;

const withParts = (content: Json, change: (part: JsonObject) => JsonObject): Json => {
  const parts = isObject(content) ? content['parts'] : undefined;
  if (!isObject(content) || !Array.isArray(parts)) return content;
  return { ...content, parts: parts.map((part) => (isObject(part) ? change(part) : part)) };
};

const idlessPart = (part: JsonObject): JsonObject => {
  const name = CALLS.find((each) => isObject(part[each]));
  if (name === undefined) return part;
  const { id: _, ...call } = part[name] as JsonObject;
  return { ...part, [name]: call };
};
