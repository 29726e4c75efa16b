import { type Json, type JsonObject, own } from '#core/json.ts';

/** A number that was saved, if it can be true; else `or`. */
export const numberAt = (
  saved: JsonObject,
  key: string,
  { min, max, or }: { readonly min: number; readonly max: number; readonly or: number },
): number => {
  const value = own(saved, key);
  return isBetween(value, min, max) ? value : or;
};

export const isBetween = (value: Json | undefined, min: number, max: number): value is number =>
  typeof value === 'number' && value >= min && value <= max;
