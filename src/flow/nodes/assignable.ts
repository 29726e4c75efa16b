import { SpillwayError } from '#core/errors.ts';
import { isObject, type Json } from '#core/json.ts';

/** One change to a variable that keeps its type. */
export interface Assignment {
  /** The variable's, as a message calls it. */
  readonly name: string;
  /** In the DSL's words; undefined where nobody knows. */
  readonly type: string | undefined;
  readonly operation: string;
  readonly isConstant: boolean;
}

/** What a variable is: as declared, unless what stands in it is another kind of thing. */
export const typeOfVariable = (declared: string | undefined, value: Json): string | undefined => {
  const known = declared?.toLowerCase();
  if (value === null || (known !== undefined && fits(known, value))) return known;
  if (Array.isArray(value)) return isList(known) ? known : 'array[any]';
  return typeof value;
};

/** Whether the operation is one of that type's, and takes where its value is from. Throws `node_failed`. */
export const mustApply = ({ name, type, operation, isConstant }: Assignment): void => {
  if (NEEDS_NOTHING.has(operation) && (operation === 'clear' || type === undefined)) return;
  const can = type === undefined || isOfType(operation, type);
  if (!can)
    throw failed(`The operation ${operation} is not for ${name}, which has the type ${type}.`);
  if (NEEDS_NOTHING.has(operation)) return;
  if (!isConstant && TAKES_CONSTANTS.has(operation))
    throw failed(`The operation ${operation} on ${name} expects a constant, found a variable.`);
  if (isConstant && isList(type))
    throw failed(`The operation ${operation} on ${name} expects a variable, found a constant.`);
};

/** Whether a value may be put into the variable. Throws SpillwayError `node_failed`. */
export const mustFit = ({ name, type, operation }: Assignment, value: Json): void => {
  if (type === undefined || NEEDS_NOTHING.has(operation)) return;
  const expected = operation === 'append' ? itemOf(type) : type;
  if (fits(expected, value)) return;
  const wrong =
    Array.isArray(value) && isList(expected)
      ? value.find((item) => !fits(itemOf(expected), item))
      : undefined;
  const found = wrong === undefined ? kindOf(value) : `a list with ${kindOf(wrong)}`;
  throw failed(
    `The variable ${name} has the type ${type}; ${operation} expects ${expected}, found ${found}.`,
  );
};

/** They change what is there, whatever else the form still names. */
export const NEEDS_NOTHING: ReadonlySet<string> = new Set(['clear', 'remove-first', 'remove-last']);

const ARITHMETIC: ReadonlySet<string> = new Set(['+=', '-=', '*=', '/=']);
const TAKES_CONSTANTS: ReadonlySet<string> = new Set(['set', ...ARITHMETIC]);
const FOR_LISTS: ReadonlySet<string> = new Set(['append', 'extend', 'remove-first', 'remove-last']);
const NUMBERS: ReadonlySet<string> = new Set(['number', 'integer', 'float']);

const isList = (type: string | undefined): type is string => type?.startsWith('array') === true;

const isOfType = (operation: string, type: string): boolean => {
  if (ARITHMETIC.has(operation)) return NUMBERS.has(type);
  if (FOR_LISTS.has(operation)) return isList(type);
  return operation !== 'set' || !isList(type);
};

const itemOf = (type: string): string => /^array\[(\w+)\]$/.exec(type)?.[1] ?? 'any';

/** As Dify tells types apart: a truth is a number there, and no list has lists in it. */
const fits = (type: string, value: Json): boolean => {
  if (isList(type)) return Array.isArray(value) && value.every((item) => fits(itemOf(type), item));
  if (NUMBERS.has(type)) return typeof value === 'number' || typeof value === 'boolean';
  if (type === 'any') return value !== null && !Array.isArray(value);
  if (type === 'object' || type === 'file') return isObject(value);
  if (type === 'boolean') return typeof value === 'boolean';
  return typeof value === 'string';
};

const kindOf = (value: Json): string => {
  if (value === null) return 'nothing';
  return Array.isArray(value) ? 'a list' : `a value of the type ${typeof value}`;
};

const failed = (message: string): SpillwayError => new SpillwayError('node_failed', message);
