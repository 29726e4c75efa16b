import { type Json, type JsonObject, own } from '#core/json.ts';
import { z } from '#core/schema.ts';

export const parameterSchema = z.object({
  name: z.string(),
  type: z.string(),
  description: z.string().nullish(),
  required: z.boolean().nullish(),
  options: z.array(z.string()).nullish(),
});

type Parameter = z.infer<typeof parameterSchema>;

export const schemaOf = (parameters: readonly Parameter[]): JsonObject => ({
  type: 'object',
  properties: Object.fromEntries(
    parameters.map((parameter) => [
      parameter.name,
      {
        ...jsonType(parameter.type),
        ...(parameter.description && { description: parameter.description }),
        ...(parameter.options && parameter.options.length > 0 && { enum: parameter.options }),
      },
    ]),
  ),
  required: parameters.filter(({ required }) => required).map(({ name }) => name),
});

const jsonType = (type: string): JsonObject => {
  const item = /^array(?:\[(\w+)\])?$/.exec(type);
  if (item) return { type: 'array', items: item[1] ? { type: item[1] } : {} };
  if (type === 'bool' || type === 'boolean') return { type: 'boolean' };
  return { type: type === 'number' ? 'number' : 'string' };
};

export interface Extracted {
  /** Every parameter; those that were not found are empty. */
  readonly found: Record<string, Json>;
  /** Why it did not succeed; empty when it did. */
  readonly reason: string;
}

export const extracted = (
  parameters: readonly Parameter[],
  said: JsonObject | undefined,
): Extracted => {
  const reasons: string[] = said ? [] : ['The model named no values.'];
  const found = Object.fromEntries(
    parameters.map((parameter) => {
      const value = said && readOne(own(said, parameter.name), parameter);
      if (value === undefined && said && parameter.required)
        reasons.push(`Parameter ${parameter.name} is required and was not found.`);
      return [parameter.name, value ?? emptyOf(parameter.type)];
    }),
  );
  return { found, reason: reasons.join(' ') };
};

const emptyOf = (type: string): Json => {
  if (type.startsWith('array')) return [];
  if (type === 'bool' || type === 'boolean') return false;
  return type === 'number' ? 0 : '';
};

/** Undefined where the value is none of that type. */
const readOne = (value: Json | undefined, { type, options }: Parameter): Json | undefined => {
  if (value === undefined || value === null) return undefined;
  const item = /^array(?:\[(\w+)\])?$/.exec(type);
  if (item) {
    if (!Array.isArray(value)) return undefined;
    const kind = item[1];
    return value.flatMap((one) => {
      const read = kind ? readScalar(one, kind) : one;
      return read === undefined ? [] : [read];
    });
  }
  const read = readScalar(value, type);
  if (type === 'select' && options && options.length > 0)
    return typeof read === 'string' && options.includes(read) ? read : undefined;
  return read;
};

const readScalar = (value: Json, type: string): Json | undefined => {
  if (type === 'number') {
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
  }
  if (type === 'bool' || type === 'boolean') {
    if (typeof value === 'boolean') return value;
    if (typeof value === 'number') return value !== 0;
    return typeof value === 'string' ? /^(true|1|yes)$/i.test(value.trim()) : undefined;
  }
  if (type === 'object') return typeof value === 'object' ? value : undefined;
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};
