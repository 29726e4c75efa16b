import type { Json } from '#core/json.ts';
import { z } from '#core/schema.ts';
import { type ReadVariable, type Selector, selectorsAt, toSelector } from '#flow/variables.ts';

/** Variables under names of the node's own: what a template or a program reads. */
export const namedVariables = z
  .array(z.object({ variable: z.string(), value_selector: z.array(z.string()).nullish() }))
  .nullish();

type NamedVariables = z.infer<typeof namedVariables>;

export const namedReads = (variables: NamedVariables): Selector[] =>
  (variables ?? []).flatMap(({ value_selector: parts }) => selectorsAt(parts));

/** What has no value is null. */
export const namedValues = (variables: NamedVariables, read: ReadVariable): Record<string, Json> =>
  Object.fromEntries(
    (variables ?? []).map(({ variable, value_selector: parts }) => {
      const selector = toSelector(parts ?? []);
      return [variable, (selector && read(selector)) ?? null];
    }),
  );
