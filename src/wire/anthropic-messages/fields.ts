import { type Json, type JsonObject, own } from '#core/json.ts';
import type { CacheMark } from '#wire/chat-request.ts';

/** The name under which what only this dialect knows travels. */
export const DIALECT = 'anthropic-messages';

/** A field that holds a text; empty when it holds anything else. */
export const fieldText = (object: JsonObject, key: string): string => {
  const value = own(object, key);
  return typeof value === 'string' ? value : '';
};

/** A field that is a count; undefined when it is anything else. */
export const fieldCount = (object: JsonObject, key: string): number | undefined => {
  const value = own(object, key);
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
};

/** `cache_control`; only one kind of it exists. */
export const readCache = (object: JsonObject): CacheMark | undefined => {
  const mark = own(object, 'cache_control');
  if (typeof mark !== 'object' || mark === null || Array.isArray(mark)) return undefined;
  const ttl = own(mark, 'ttl');
  return ttl === '5m' || ttl === '1h' ? { ttl } : {};
};

export const writeCache = (cache: CacheMark | undefined): JsonObject =>
  cache === undefined
    ? {}
    : {
        cache_control: { type: 'ephemeral', ...(cache.ttl !== undefined && { ttl: cache.ttl }) },
      };

/** What JSON text stands for; undefined where it is no object. */
export const parsedObject = (text: string): JsonObject | undefined => {
  try {
    const value = JSON.parse(text) as Json;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
};
