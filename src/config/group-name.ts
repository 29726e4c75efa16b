import { closest } from '#core/closest.ts';
import type { z } from '#core/schema.ts';
import { isStarPattern, starPattern } from '#core/star-pattern.ts';
import { name } from '#config/values.ts';

/** A name that must be a model group of this config, or a pattern of it as it is written there. */
export const groupName = (groups: ReadonlySet<string>): z.ZodType<string> =>
  name.refine((group) => groups.has(group), { error: ({ input }) => expected(input, groups) });

/** A name that a client could send: a model group of this config, or what fits a pattern of it. */
export const servedName = (groups: ReadonlySet<string>): z.ZodType<string> => {
  const isServed = servedBy(groups);
  return name.refine(isServed, { error: ({ input }) => expected(input, groups) });
};

/** Whether any of the names, some of which are patterns, stands for this one. */
export const servedBy = (names: ReadonlySet<string>): ((name: string) => boolean) => {
  const patterns = [...names].filter(isStarPattern).map(starPattern);
  return (asked) =>
    !isStarPattern(asked) && (names.has(asked) || patterns.some(({ match }) => match(asked)));
};

const expected = (input: unknown, groups: ReadonlySet<string>): string =>
  `a model_name of this config${hintFor(String(input), groups)}`;

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
