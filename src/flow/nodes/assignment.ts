import { SpillwayError } from '#core/errors.ts';
import { isObject, type Json } from '#core/json.ts';

/** A variable's value after an operation. Throws SpillwayError `node_failed` where it does not apply. */
export const changed = (before: Json, operation: string, given: Json): Json => {
  const change = OPERATIONS[operation];
  if (!change)
    throw new SpillwayError('node_failed', `The operation ${operation} is not supported.`);
  return change(before, given);
};

type Change = (before: Json, given: Json) => Json;

const list = (value: Json, operation: string): Json[] => {
  if (Array.isArray(value)) return value;
  // A list that nobody has put anything into yet.
  if (value === null) return [];
  throw new SpillwayError('node_failed', `The operation ${operation} is for lists only.`);
};

const number = (value: Json, operation: string): number => {
  // A truth counts as a number, as in Dify.
  const found = typeof value === 'boolean' ? Number(value) : value;
  if (typeof found === 'number') return found;
  throw new SpillwayError('node_failed', `The operation ${operation} is for numbers only.`);
};

const arithmetic =
  (operation: string, compute: (a: number, b: number) => number): Change =>
  (before, given) => {
    const result = compute(number(before ?? 0, operation), number(given, operation));
    if (Number.isFinite(result)) return result;
    throw new SpillwayError('node_failed', `The operation ${operation} divides by zero.`);
  };

/** A variable's own kind of nothing. */
const emptied = (value: Json): Json => {
  if (typeof value === 'string') return '';
  if (typeof value === 'number') return 0;
  if (typeof value === 'boolean') return false;
  if (Array.isArray(value)) return [];
  return isObject(value) ? {} : null;
};

/** A constant of the form: an object stands in it as JSON in a text. */
const set: Change = (before, given) => {
  if (typeof given !== 'string' || !isObject(before)) return given;
  try {
    return JSON.parse(given) as Json;
  } catch {
    throw new SpillwayError('node_failed', 'The value to set is not of the type of its variable.');
  }
};

const OPERATIONS: Readonly<Record<string, Change>> = {
  'over-write': (_, given) => given,
  set,
  clear: emptied,
  append: (before, given) => [...list(before, 'append'), given],
  extend: (before, given) => [...list(before, 'extend'), ...list(given, 'extend')],
  'remove-first': (before) => list(before, 'remove-first').slice(1),
  'remove-last': (before) => list(before, 'remove-last').slice(0, -1),
  '+=': arithmetic('+=', (a, b) => a + b),
  '-=': arithmetic('-=', (a, b) => a - b),
  '*=': arithmetic('*=', (a, b) => a * b),
  '/=': arithmetic('/=', (a, b) => a / b),
};
