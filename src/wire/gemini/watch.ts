import { type JsonObject, own } from '#core/json.ts';
import type { Passing } from '#wire/dialect.ts';
import { readStreamError } from '#wire/gemini/error.ts';
import { countIn, field, objectIn, objectsIn, textIn } from '#wire/gemini/fields.ts';
import { blockReason, parseChunk } from '#wire/gemini/read-stream.ts';
import { readUsage } from '#wire/gemini/usage.ts';

const NONE: readonly number[] = [];
/** A prompt that is refused has no answer, however many were asked for. */
const EVERY: readonly number[] = Array.from({ length: 128 }, (_, i) => i);

/** Each chunk tells the usage so far, and only the last one's counts: all of them are decoded. */
export const watch = (data: Buffer, begun: boolean): Passing => {
  const chunk = parseChunk(data.toString('utf8'));
  const error = own(chunk, 'error');
  if (error) return { kind: 'error', finished: NONE, error: readStreamError(error) };
  const candidates = objectsIn(chunk, 'candidates');
  const told = field(chunk, 'usageMetadata');
  const usage = readUsage(told);
  const finished = finishedOf(chunk, candidates);
  const speaks = begun || finished.length > 0 || candidates.some(says);
  const kind =
    candidates.length === 0 && finished.length === 0 && usage
      ? 'usage'
      : speaks
        ? 'content'
        : 'opening';
  return { kind, finished, ...(usage && { usage }) };
};

const finishedOf = (chunk: JsonObject, candidates: readonly JsonObject[]): readonly number[] => {
  if (candidates.length === 0) return blockReason(chunk) === undefined ? NONE : EVERY;
  const finished = candidates.filter((each) => textIn(each, 'finishReason') !== undefined);
  return finished.length === 0 ? NONE : finished.map((each) => countIn(each, 'index') ?? 0);
};

/** Whether it carries more than an empty text. */
const says = (candidate: JsonObject): boolean =>
  objectsIn(objectIn(candidate, 'content'), 'parts').some(
    (part) => typeof field(part, 'text') !== 'string' || field(part, 'text') !== '',
  );
