import { closest } from '#core/closest.ts';
import type { z } from '#core/schema.ts';
import { name } from '#config/values.ts';

/** A name that must be a model group of this config. */
export const groupName = (groups: ReadonlySet<string>): z.ZodType<string> =>
  name.refine((group) => groups.has(group), {
    error: ({ input }) => `a model_name of this config${hintFor(String(input), groups)}`,
  });

const MOST_LISTED = 10;

/** In brackets: the nearest of the names, else all of them, else the first few. */
export const hintFor = (word: string, names: Iterable<string>): string => {
  const all = [...names];
  const near = closest(word, all);
  if (near !== undefined) return ` (did you mean "${near}"?)`;
  const more = all.length - MOST_LISTED;
  const listed = all.slice(0, MOST_LISTED).join(', ');
  return all.length === 0 ? '' : ` (${listed}${more > 0 ? ` and ${more} more` : ''})`;
};
