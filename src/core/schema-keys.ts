import type { Path } from '#core/finding.ts';
import { z } from '#core/schema.ts';

/** The keys that a schema knows at `path`, for messages about one that it does not. */
export const knownKeys = (schema: z.core.$ZodType, path: Path): string[] => {
  const inner = bare(schema);
  if (inner instanceof z.ZodUnion)
    return [...new Set(inner.options.flatMap((option) => knownKeys(option, path)))];
  const [part, ...rest] = path;
  if (part === undefined) return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
  const next = member(inner, part);
  return next ? knownKeys(next, rest) : [];
};

const member = (schema: z.core.$ZodType, part: string | number): z.core.$ZodType | undefined => {
  if (schema instanceof z.ZodArray) return schema.element;
  if (schema instanceof z.ZodRecord) return schema.valueType;
  if (schema instanceof z.ZodObject)
    return Object.hasOwn(schema.shape, part) ? schema.shape[part] : undefined;
  return undefined;
};

/** What a schema is beneath its wrappers. */
const bare = (schema: z.core.$ZodType): z.core.$ZodType => {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodReadonly
  )
    return bare(schema.unwrap());
  if (schema instanceof z.ZodPipe)
    return bare(schema.in instanceof z.ZodTransform ? schema.out : schema.in);
  return schema;
};
