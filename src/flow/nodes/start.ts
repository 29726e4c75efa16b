import { SpillwayError } from '#core/errors.ts';
import { isObject, type Json, type JsonObject, own } from '#core/json.ts';
import { z } from '#core/schema.ts';
import { fileFault, fileRulesOf } from '#flow/file-rules.ts';
import { isFile } from '#flow/file.ts';
import type { NodeType, ValueType } from '#flow/nodes/node-type.ts';

const variableSchema = z.object({
  variable: z.string().min(1),
  type: z.string(),
  required: z.boolean().nullish(),
  max_length: z.number().nullish(),
  options: z.array(z.string()).nullish(),
  default: z.json().nullish(),
  allowed_file_types: z.array(z.string()).nullish(),
  allowed_file_extensions: z.array(z.string()).nullish(),
  allowed_file_upload_methods: z.array(z.string()).nullish(),
});

const config = z.object({ variables: z.array(variableSchema).nullish() });

type Config = z.infer<typeof config>;
type Variable = z.infer<typeof variableSchema>;

/** Kinds of input, with the type that each leaves in the pool. */
const KINDS: Readonly<Record<string, ValueType>> = {
  'text-input': 'string',
  paragraph: 'string',
  select: 'string',
  number: 'number',
  checkbox: 'boolean',
  json_object: 'object',
  file: 'file',
  'file-list': 'array',
};

const start: NodeType<Config> = {
  type: 'start',
  config,
  outputs: ({ variables }) =>
    Object.fromEntries(
      (variables ?? []).map(({ variable, type }) => [variable, KINDS[type] ?? 'string']),
    ),
  reads: () => [],
  unsupported: ({ variables }) =>
    (variables ?? []).flatMap(({ type }, i) =>
      Object.hasOwn(KINDS, type) ? [] : [`variables.${i}.type`],
    ),
  accept: ({ variables }, given) =>
    Object.fromEntries(
      (variables ?? []).map((variable) => [variable.variable, acceptOne(variable, given)]),
    ),
  async *run(node) {
    return { outputs: node.inputs };
  },
};

export default start;

/** An input that is not declared is dropped; one that is declared and not given has its default. */
const acceptOne = (variable: Variable, given: JsonObject): Json => {
  const value = own(given, variable.variable) ?? null;
  if (value === null && variable.required) throw missing(variable);
  const present = value ?? (variable.default === '' ? null : variable.default);
  if (present === null || present === undefined) return variable.type === 'checkbox' ? false : null;
  return READERS[variable.type]?.(present, variable) ?? null;
};

/** In Dify's own words: clients look for them. */
const missing = ({ variable }: Variable): SpillwayError =>
  new SpillwayError('invalid_request', `${variable} is required in input form`, {
    param: `inputs.${variable}`,
  });

const wrong = ({ variable }: Variable, what: string): SpillwayError =>
  new SpillwayError('invalid_request', `The input \`${variable}\` ${what}.`, {
    param: `inputs.${variable}`,
  });

const readText = (value: Json, variable: Variable): string => {
  if (typeof value !== 'string') throw wrong(variable, 'must be a text');
  const { max_length: longest } = variable;
  // Characters as people count them: one for an emoji, where `length` says two.
  if (longest && value.length > longest && Array.from(value).length > longest)
    throw wrong(variable, `may have ${longest} characters at most`);
  return value;
};

const readChoice = (value: Json, variable: Variable): string => {
  const options = variable.options ?? [];
  if (typeof value === 'string' && options.includes(value)) return value;
  throw wrong(variable, `must be one of: ${options.join(', ')}`);
};

const readNumber = (value: Json, variable: Variable): number | null => {
  if (typeof value === 'number') return value;
  if (typeof value === 'string' && value.trim() === '') return null;
  const number = typeof value === 'string' ? Number(value) : Number.NaN;
  if (!Number.isFinite(number)) throw wrong(variable, 'must be a number');
  return number;
};

const readSwitch = (value: Json, variable: Variable): boolean => {
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' ? value.toLowerCase() : value;
  if (word === 1 || word === 'true' || word === '1' || word === 'yes' || word === 'on') return true;
  if (word === 0 || word === 'false' || word === '0' || word === 'no' || word === 'off')
    return false;
  throw wrong(variable, 'must be true or false');
};

/** As JSON in a text, too: forms have nothing else. */
const readObject = (value: Json, variable: Variable): JsonObject | null => {
  if (typeof value === 'string' && value.trim() === '') return null;
  const read = typeof value === 'string' ? jsonIn(value) : value;
  if (!isObject(read)) throw wrong(variable, 'must be an object');
  return read;
};

const jsonIn = (text: string): Json => {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
};

/** What the caller sent has become a file before it comes here. */
const readOneFile = (value: Json, variable: Variable): Json => {
  const [file] = Array.isArray(value) ? value : [value];
  if (file === undefined) return null;
  if (!isFile(file)) throw wrong(variable, 'must be a file');
  mustFit(file, variable);
  return file;
};

const readFiles = (value: Json, variable: Variable): Json => {
  const files = Array.isArray(value) ? value : [value];
  if (!files.every(isFile)) throw wrong(variable, 'must be a list of files');
  const { max_length: most } = variable;
  if (most && files.length > most) throw wrong(variable, `may have ${most} files at most`);
  for (const file of files) mustFit(file, variable);
  return files;
};

const mustFit = (file: JsonObject, variable: Variable): void => {
  const fault = fileFault(fileRulesOf(variable as JsonObject), file);
  if (fault !== undefined) throw wrong(variable, fault);
};

const READERS: Readonly<Record<string, (value: Json, variable: Variable) => Json>> = {
  'text-input': readText,
  paragraph: readText,
  select: readChoice,
  number: readNumber,
  checkbox: readSwitch,
  json_object: readObject,
  file: readOneFile,
  'file-list': readFiles,
};
