import { type JsonObject, isObject } from '#core/json.ts';
import { bad, bool, modelName } from '#wire/check.ts';
import type { Touched } from '#wire/dialect.ts';
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
export const redirectRequest = (body: JsonObject): JsonObject => {
  const { model: _model, stream: _stream, ...said } = body;
  return said;
};
