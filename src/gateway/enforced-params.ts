import { SpillwayError } from '#core/errors.ts';
import { type JsonObject, valueAt } from '#core/json.ts';

/**
 * What every body must have, by its name or, with a dot, inside of another. Throws SpillwayError `invalid_request`, in LiteLLM's words, for the first that is not there.
 */
export const demandParams = (body: JsonObject, params: readonly string[]): void => {
  for (const param of params) {
    const path = param.split('.');
    if (valueAt(body, path) !== undefined) continue;
    const [name = '', ...rest] = path;
    const said = rest.length === 0 ? name : path.map((part) => `[${part}]`).join('');
    throw new SpillwayError(
      'invalid_request',
      `BadRequest please pass param=${said} in request body. This is a required param`,
      { param },
    );
  }
};
