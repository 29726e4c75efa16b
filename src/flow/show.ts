import { isObject, type Json } from '#core/json.ts';

/** How a template shows a value: as prompt text, or as the markdown of an answer. */
export type Shown = (value: Json) => string;

/**
 * As Dify puts a value into a prompt, which is Python's way: booleans are `True` and `False`, lists
 * and objects are JSON with `, ` and `: `, an empty list or value is nothing.
 */
export const asText: Shown = (value) => {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return Array.isArray(value) && value.length === 0 ? '' : pythonJson(value);
};

/** As Dify puts a value into an answer: a list by items, an object as indented JSON, the rest as text. */
export const asMarkdown: Shown = (value) => {
  if (Array.isArray(value)) return value.map((item) => `- ${asText(item)}`).join('\n');
  return isObject(value) ? JSON.stringify(value, null, 2) : asText(value);
};

/** Python's `json.dumps(value, ensure_ascii=False)`. */
const pythonJson = (value: Json): string => {
  if (typeof value === 'number') return pythonNumber(value);
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([key, item]) => `${JSON.stringify(key)}: ${pythonJson(item)}`,
  );
  return `{${members.join(', ')}}`;
};

const pythonNumber = (value: number): string => {
  // JSON cannot tell 1.0 from 1: a whole number is taken for an integer, all digits shown.
  if (Number.isInteger(value)) return BigInt(value).toString();
  if (!Number.isFinite(value))
    return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
  // Python turns to exponents below 1e-4 (JavaScript: 1e-6) and writes at least two digits of them.
  if (Math.abs(value) >= 1e-4) return String(value);
  return value.toExponential().replace(/e-(\d)$/, 'e-0$1');
};
