import type { JsonObject } from '#core/json.ts';

/** The fields that have a value: an absent one is no field. */
export const present = <T extends object>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } =>
  Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null),
  ) as { [K in keyof T]?: NonNullable<T[K]> };

/** `extra` as a field of its own, where there is anything in it. */
export const withExtra = (extra: JsonObject): { readonly extra?: JsonObject } =>
  Object.keys(extra).length > 0 ? { extra } : {};
