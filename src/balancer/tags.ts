/** LiteLLM's tag filtering, for a request that is subject to it. */
export interface TagFilter {
  /** Of the request, its key and its team; may be empty. */
  readonly tags: readonly string[];
  /** Whether one common tag is enough (LiteLLM's default), or all of the request's are needed. */
  readonly match: 'any' | 'all';
}

const DEFAULT_TAG = 'default';

/** Whatever has tags. */
interface Tagged {
  readonly tags?: readonly string[] | undefined;
}

const hasTags = (row: Tagged, { tags, match }: TagFilter): boolean => {
  const own = row.tags;
  if (!own || tags.length === 0) return false;
  return match === 'any'
    ? tags.some((tag) => own.includes(tag))
    : tags.every((tag) => own.includes(tag));
};

/**
 * Those whose tags match; without any, those tagged `default`. Without those either, a request
 * without tags may go anywhere, and one with tags nowhere.
 */
export const allowedByTags = <Some extends Tagged>(
  rows: readonly Some[],
  filter: TagFilter,
): readonly Some[] => {
  const matching = rows.filter((row) => hasTags(row, filter));
  if (matching.length > 0) return matching;
  const standard = rows.filter((row) => row.tags?.includes(DEFAULT_TAG));
  return standard.length > 0 || filter.tags.length > 0 ? standard : rows;
};
