import { createHash } from 'node:crypto';
import { isObject, type JsonObject } from '#core/json.ts';
import { type IsFloat, pythonJson, pythonStr } from '#config/python-text.ts';

/**
 * The id that LiteLLM gives a deployment without `model_info.id`: SHA-256 in hex over the group and
 * every resolved parameter in order. Ids stay what they were for clients and dashboards that know
 * them. Source: LiteLLM's router, `_generate_model_id`.
 */
export const deploymentId = (group: string, params: JsonObject, isFloat: IsFloat): string => {
  const parts = [group];
  for (const [key, value] of Object.entries(params)) {
    const print = isObject(value) ? pythonJson : pythonStr;
    parts.push(key, print(value, isFloat, [key]));
  }
  return createHash('sha256').update(parts.join('')).digest('hex');
};
