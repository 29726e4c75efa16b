import { SpillwayError } from '#core/errors.ts';
import { isObject, type Json, own } from '#core/json.ts';

/** What a code node may leave, as Dify bounds it. */
const LONGEST_TEXT = 400_000;
const LONGEST_LISTS: Readonly<Record<string, number>> = {
  'array[number]': 1000,
  // Dify counts these not at all: all that a node may leave is bounded.
  'array[boolean]': Infinity,
};
const LONGEST_LIST = 30;
const DEEPEST = 5;
/** Whole numbers of 64 bits. */
const LARGEST = 2 ** 63;
const MOST_PLACES = 20;

interface Declared {
  readonly type: string;
  readonly children?: Json | undefined;
}

/**
 * What a program returned → the outputs that the node declares; others are dropped.
 * Throws SpillwayError `node_failed` naming the one that does not fit.
 */
export const checkOutputs = (
  result: Json,
  declared: Readonly<Record<string, Declared>>,
  prefix = '',
): Record<string, Json> => {
  mustBeShallow(prefix, prefix.split('.').length);
  if (!isObject(result)) throw wrong('`main` must return an object (a dict) of outputs.');
  return Object.fromEntries(
    Object.entries(declared).map(([key, output]) => {
      const name = prefix + key;
      if (!Object.hasOwn(result, key)) throw wrong(`Output ${name} is missing.`);
      return [key, checkOne(own(result, key) ?? null, output, name)];
    }),
  );
};

const mustBeShallow = (name: string, depth: number): void => {
  if (depth > DEEPEST) throw wrong(`Outputs may nest ${DEEPEST} deep at most; look at ${name}.`);
};

/** What nothing is declared of may be anything, and no deeper. */
const shallow = (value: Json, name: string, depth: number): Json => {
  if (!isObject(value)) return value;
  mustBeShallow(name, depth + 1);
  for (const [key, one] of Object.entries(value))
    for (const inner of Array.isArray(one) ? one : [one])
      shallow(inner, `${name}.${key}`, depth + 1);
  return value;
};

const wrong = (message: string): SpillwayError => new SpillwayError('node_failed', message);

const checkOne = (value: Json, { type, children }: Declared, name: string): Json => {
  if (value === null) return null;
  if (type === 'object') {
    if (!isObject(value)) throw mismatch(name, 'an object', value);
    const nested = isObject(children) ? (children as unknown as Record<string, Declared>) : {};
    return Object.keys(nested).length > 0
      ? checkOutputs(value, nested, `${name}.`)
      : shallow(value, name, name.split('.').length);
  }
  const item = /^array(?:\[(\w+)\])?$/.exec(type);
  if (!item) return scalar(value, type, name);
  if (!Array.isArray(value)) throw mismatch(name, 'an array', value);
  const most = LONGEST_LISTS[type] ?? LONGEST_LIST;
  if (value.length > most) throw wrong(`Output ${name} may have ${most} items at most.`);
  const kind = item[1] ?? 'any';
  if (kind === 'any') return value;
  return value.map((one, i) => checkOne(one, { type: kind, children }, `${name}[${i}]`));
};

const scalar = (value: Json, type: string, name: string): Json => {
  if (type === 'string') {
    if (typeof value !== 'string') throw mismatch(name, 'a string', value);
    if (value.length > LONGEST_TEXT)
      throw wrong(`Output ${name} may have ${LONGEST_TEXT} characters at most.`);
    return value.replaceAll('\0', '');
  }
  if (type === 'number') {
    // Python's truths are numbers.
    if (typeof value === 'boolean') return value ? 1 : 0;
    if (typeof value !== 'number') throw mismatch(name, 'a number', value);
    return inBounds(value, name);
  }
  if (type === 'boolean' && typeof value !== 'boolean') throw mismatch(name, 'a boolean', value);
  return value;
};

const inBounds = (value: number, name: string): number => {
  if (Math.abs(value) > LARGEST)
    throw wrong(`Output ${name} is out of range: it must be between -2^63 and 2^63.`);
  const [digits = '', exponent = '0'] = String(value).split('e');
  const places = (digits.split('.')[1]?.length ?? 0) - Number(exponent);
  if (places > MOST_PLACES)
    throw wrong(`Output ${name} may have ${MOST_PLACES} digits behind its point at most.`);
  return value;
};

const mismatch = (name: string, expected: string, value: Json): SpillwayError =>
  wrong(
    `Output ${name} must be ${expected}, got ${Array.isArray(value) ? 'array' : typeof value} instead.`,
  );
