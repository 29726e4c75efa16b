import { isObject, type Json } from '#core/json.ts';

type Path = readonly (string | number)[];

/** Whether the number at a path is a Python float: JSON cannot tell 1.0 from 1. */
export type IsFloat = (path: Path) => boolean;

/** A value as Python's `str()` prints it. */
export const pythonStr = (value: Json, isFloat: IsFloat, path: Path = []): string =>
  typeof value === 'string' ? value : repr(value, isFloat, path);

/** A value as Python's `json.dumps()` prints it with its defaults: spaces after `,` and `:`, ASCII only. */
export const pythonJson = (value: Json, isFloat: IsFloat, path: Path = []): string => {
  if (typeof value === 'string') return asciiJson(value);
  if (typeof value === 'number') return jsonNumber(value, isFloat(path));
  if (value === null || typeof value === 'boolean') return String(value);
  if (Array.isArray(value))
    return `[${value.map((item, i) => pythonJson(item, isFloat, [...path, i])).join(', ')}]`;
  const pairs = Object.entries(value).map(
    ([key, item]) => `${asciiJson(key)}: ${pythonJson(item, isFloat, [...path, key])}`,
  );
  return `{${pairs.join(', ')}}`;
};

const repr = (value: Json, isFloat: IsFloat, path: Path): string => {
  if (value === null) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'number') return isFloat(path) ? pythonFloat(value) : String(value);
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value))
    return `[${value.map((item, i) => repr(item, isFloat, [...path, i])).join(', ')}]`;
  if (!isObject(value)) return '';
  const pairs = Object.entries(value).map(
    ([key, item]) => `${quoted(key)}: ${repr(item, isFloat, [...path, key])}`,
  );
  return `{${pairs.join(', ')}}`;
};

/** Shortest digits, as in JavaScript; Python takes an exponent below 1e-4 and from 1e16 on. */
const pythonFloat = (value: number): string => {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const [digits = '', exponentText = '0'] = value.toExponential().split('e');
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16) {
    const sign = exponent < 0 ? '-' : '+';
    return `${digits}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  const plain = String(value);
  return plain.includes('.') ? plain : `${plain}.0`;
};

const JSON_NOT_FINITE: Readonly<Record<string, string>> = {
  nan: 'NaN',
  inf: 'Infinity',
  '-inf': '-Infinity',
};

const jsonNumber = (value: number, float: boolean): string => {
  if (!float) return String(value);
  const text = pythonFloat(value);
  return JSON_NOT_FINITE[text] ?? text;
};

const asciiJson = (text: string): string =>
  JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const quoted = (text: string): string => {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = text
    .replaceAll('\\', '\\\\')
    .replaceAll(quote, `\\${quote}`)
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t');
  return quote + body + quote;
};
