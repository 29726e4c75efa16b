import { isSecretPath } from '#core/finding.ts';
import { isObject, type Json, type JsonObject, own } from '#core/json.ts';
import { withoutKeys } from '#core/redact.ts';
import { secretMask } from '#core/secret-mask.ts';
import type { GatewayCall } from '#gateway/call.ts';
import type { SpendBody } from '#store/spend.ts';

/** Where the words of a request stand, in the dialects of callers. */
const WORDS = ['messages', 'input', 'prompt', 'contents', 'query'] as const;
const BESIDE = ['system', 'instructions', 'systemInstruction', 'tools', 'documents'] as const;

/** Files in a prompt are long, and nobody reads them in a log. */
const DATA = /^data:([\w/+.-]*);base64,/;
const LONG_BASE64 = /^[\w+/=-]{512,}$/;
const DEEPEST = 32;
/** Larger answers are cut before they are read, bytes. */
const READ_BYTES = 1_048_576;

/** What is kept of a request and its answer: each without secrets and files, and at most so many bytes. */
export const keptBody = (
  { body, secrets = [] }: Pick<GatewayCall, 'body' | 'secrets'>,
  response: Json,
  bytes: number,
): SpendBody => {
  const mask = secretMask(secrets);
  return {
    request: cut(mask.value(clean(wordsOf(body))), bytes),
    response: cut(mask.value(clean(response)), bytes),
  };
};

const wordsOf = (body: JsonObject): Json => {
  const words = WORDS.map((name) => own(body, name)).find((value) => value !== undefined);
  const beside = BESIDE.flatMap((name) => {
    const value = own(body, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return beside.length === 0
    ? (words ?? null)
    : { ...Object.fromEntries(beside), messages: words ?? null };
};

const clean = (value: Json, depth = 0): Json => {
  if (depth > DEEPEST) return null;
  if (typeof value === 'string') return cleanText(value);
  if (Array.isArray(value)) return value.map((item) => clean(item, depth + 1));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      isSecretPath([name]) && typeof item === 'string' ? '****' : clean(item, depth + 1),
    ]),
  );
};

const cleanText = (text: string): string => {
  const data = DATA.exec(text.slice(0, 100));
  if (data) return `[${data[1] === '' ? 'data' : data[1]}, ${text.length} characters]`;
  if (LONG_BASE64.test(text)) return `[data, ${text.length} characters]`;
  return withoutKeys(text);
};

/** As it is where it fits; else its JSON as a text, up to there. */
const cut = (value: Json, bytes: number): Json => {
  const text = JSON.stringify(value);
  const all = Buffer.from(text);
  if (all.length <= bytes) return value;
  // A character that was cut through is left out.
  const kept = all.toString('utf8', 0, bytes).replace(/\uFFFD+$/, '');
  return `${kept}… [${all.length} bytes]`;
};

/** A whole answer as JSON; as a text where it is none, or too large to be read for this. */
export const answerJson = (bytes: Buffer): Json => {
  const text = bytes.toString('utf8', 0, READ_BYTES);
  if (bytes.length > READ_BYTES) return text;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
};
