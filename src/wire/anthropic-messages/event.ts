import { SpillwayError } from '#core/errors.ts';
import { type Json, type JsonObject, isObject } from '#core/json.ts';

/** Throws SpillwayError `upstream_invalid`: a `data:` line that is no JSON object. */
export const parseEvent = (data: string): JsonObject => {
  let event: Json;
  try {
    event = JSON.parse(data) as Json;
  } catch (cause) {
    const message = 'The upstream sent an event that is not JSON; try again.';
    throw new SpillwayError('upstream_invalid', message, { cause });
  }
  if (isObject(event)) return event;
  const message = 'The upstream sent an event that is not an object; try again.';
  throw new SpillwayError('upstream_invalid', message);
};
