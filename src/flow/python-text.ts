import type { Json } from '#core/json.ts';

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
