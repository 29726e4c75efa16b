/** Whether arrays and objects are nested deeper than so many levels: it looks no further than that. */
export const isDeeper = (value: unknown, most: number): boolean => {
  if (typeof value !== 'object' || value === null) return false;
  return most === 0 || Object.values(value).some((inner) => isDeeper(inner, most - 1));
};
