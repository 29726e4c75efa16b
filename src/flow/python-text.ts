import { isObject, type Json } from '#core/json.ts';

/** Python's `json.dumps(value, ensure_ascii=False)`. */
export const pythonDumps = (value: Json): string => {
  if (typeof value === 'number') return pythonNumber(value);
  if (Array.isArray(value)) return `[${value.map(pythonDumps).join(', ')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([key, item]) => `${JSON.stringify(key)}: ${pythonDumps(item)}`,
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

/** Python's `json.dumps(value, sort_keys=True)`: ASCII alone, indented where that is asked for. */
export const pythonJson = (value: Json, indent?: number, depth = 0): string => {
  const line = indent === undefined ? '' : `\n${' '.repeat(indent * (depth + 1))}`;
  const last = indent === undefined ? '' : `\n${' '.repeat(indent * depth)}`;
  const between = indent === undefined ? ', ' : ',';
  const wrap = (open: string, parts: readonly string[], close: string): string =>
    parts.length === 0
      ? open + close
      : open + parts.map((part) => line + part).join(between) + last + close;
  if (typeof value === 'number') return pythonNumber(value);
  if (typeof value === 'string') return asciiText(value);
  if (Array.isArray(value))
    return wrap(
      '[',
      value.map((item) => pythonJson(item, indent, depth + 1)),
      ']',
    );
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => `${asciiText(key)}: ${pythonJson(item, indent, depth + 1)}`);
  return wrap('{', members, '}');
};

const asciiText = (text: string): string =>
  JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** Python's `str(value)`. Nothing at all, which is no value in JSON, is an empty text. */
export const pythonText = (value: unknown): string => {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : pythonRepr(value);
};

/** Python's `repr(value)`. */
export const pythonRepr = (value: unknown): string => {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return pythonNumber(value);
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(', ')}]`;
  if (typeof value !== 'object') return typeof value === 'bigint' ? value.toString() : '';
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return `{${entries.map(([key, item]) => `${pythonRepr(key)}: ${pythonRepr(item)}`).join(', ')}}`;
};

/** Single quotes unless the text has some, and no double ones. */
const quoted = (text: string): string => {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll(quote, `\\${quote}`)
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t');
  return quote + escaped + quote;
};
