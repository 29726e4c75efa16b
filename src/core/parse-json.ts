import { isUtf8 } from 'node:buffer';
import { SpillwayError } from '#core/errors.ts';
import { faultIn } from '#core/json-fault.ts';
import { type Json, type JsonObject, isObject } from '#core/json.ts';

const QUOTE = 34;
const BACKSLASH = 92;
const OPEN = [91, 123];
const CLOSE = [93, 125];
/** Texts up to here are looked at byte by byte: searching natively only pays for longer ones. */
const SHORT_BYTES = 32;

/**
 * A request's body → an object. Throws SpillwayError `invalid_json`: not UTF-8 JSON (the position is
 * named), not an object, or nested deeper than `maxDepth`, which is found before anything is built.
 */
export const parseJsonObject = (bytes: Buffer, maxDepth: number): JsonObject => {
  checkBytes(bytes, maxDepth);
  return parsed(bytes);
};

/** From here on the work is done in several turns of the event loop: others are not to wait for all of it, bytes. */
const LARGE_BYTES = 1_048_576;

/**
 * The same, and so that no turn of the event loop takes longer than the longest of its steps. A worker
 * would take more of this thread's time, not less: what it has parsed must be copied back. `turn`
 * resolves when it is this body's turn.
 */
export const parseJsonInTurns = async (
  bytes: Buffer,
  maxDepth: number,
  turn: () => Promise<void>,
): Promise<JsonObject> => {
  await turn();
  checkBytes(bytes, maxDepth);
  await turn();
  const body = parsed(bytes);
  await turn();
  return body;
};

export const isLarge = (bytes: Buffer): boolean => bytes.length > LARGE_BYTES;

/** Before anything is built of it. */
const checkBytes = (bytes: Buffer, maxDepth: number): void => {
  if (bytes.length === 0) throw invalid('the body is empty; send a JSON object');
  // Read leniently, another encoding would reach the vendor as other words.
  if (!isUtf8(bytes)) throw invalid('the body is not UTF-8');
  if (deeperThan(bytes, maxDepth))
    throw invalid(`arrays and objects may be nested ${maxDepth} deep at most`);
};

const parsed = (bytes: Buffer): JsonObject => {
  const text = bytes.toString('utf8');
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (thrown) {
    const where = faultIn(text, thrown);
    throw invalid(where === undefined ? 'it is no JSON' : `it breaks at ${where}`);
  }
  if (isObject(value)) return value;
  throw invalid('the body must be a JSON object');
};

const invalid = (what: string): SpillwayError =>
  new SpillwayError('invalid_json', `Invalid JSON payload: ${what}.`, { param: 'request_body' });

/** One pass over the bytes; texts are skipped. Linear, and without recursion. */
const deeperThan = (bytes: Buffer, maxDepth: number): boolean => {
  if (bytes.length <= maxDepth) return false;
  let depth = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte === QUOTE) i = textEnd(bytes, i + 1);
    else if (byte === OPEN[0] || byte === OPEN[1]) {
      if (++depth > maxDepth) return true;
    } else if (byte === CLOSE[0] || byte === CLOSE[1]) depth--;
  }
  return false;
};

/** Where the text ends that begins at `start`: its closing quote, or the end of all. */
const textEnd = (bytes: Buffer, start: number): number => {
  let at = start;
  for (const near = start + SHORT_BYTES; at < near && at < bytes.length; at++) {
    if (bytes[at] === QUOTE) return at;
    if (bytes[at] === BACKSLASH) at++;
  }
  for (let quote = bytes.indexOf(QUOTE, at); quote >= 0; quote = bytes.indexOf(QUOTE, quote + 1)) {
    let escapes = 0;
    while (quote - escapes > at && bytes[quote - escapes - 1] === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return quote;
  }
  return bytes.length;
};
