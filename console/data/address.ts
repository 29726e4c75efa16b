/** What is as usual stands in no address: what is not said, and the first page. */
export const readable = <Search extends object>(search: Partial<Search>): Search =>
  Object.fromEntries(
    Object.entries(search).filter(
      ([name, value]) =>
        value !== undefined && value !== '' && value !== false && !(name === 'page' && value === 1),
    ),
  ) as Search;

/** A text of an address, which anybody may have written: so long at most, in UTF-16 units. */
export const textOf = (value: unknown, longest: number): string | undefined =>
  (typeof value === 'string' || typeof value === 'number') && value !== ''
    ? String(value).slice(0, longest)
    : undefined;

/** Which page an address says; nothing for the first. */
export const pageOf = (value: unknown): number | undefined => {
  const page = Number(value);
  return Number.isInteger(page) && page > 1 ? page : undefined;
};
