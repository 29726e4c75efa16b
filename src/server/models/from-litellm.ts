import { isObject, type Json, type JsonObject } from '#core/json.ts';
import { boxKeyOf, openBox } from '#store/litellm/secret-box.ts';
import type { StoredCredential } from '#server/models/credential-rows.ts';
import { type StoredModel, withoutId } from '#server/models/model-rows.ts';

export interface TakenModels {
  readonly models: readonly StoredModel[];
  /** Why each of the others is not taken. */
  readonly leftOut: readonly string[];
}

export interface TakenCredentials {
  readonly credentials: readonly StoredCredential[];
  readonly leftOut: readonly string[];
}

/** The least that a closed text can have, bytes. */
const LEAST_CLOSED_BYTES = 41;
const BASE64 = /^[\w+/-]+=*$/;

/** Rows of LiteLLM's table of models; each text of their parameters is closed with its salt key. */
export const modelsFromLitellm = (
  rows: readonly JsonObject[],
  saltKey: string | undefined,
): TakenModels => {
  const models: StoredModel[] = [];
  const leftOut: string[] = [];
  const key = saltKey === undefined ? undefined : boxKeyOf(saltKey);
  for (const row of rows) {
    const { model_id: id, model_name: name, litellm_params: params, model_info: info } = row;
    if (typeof id !== 'string' || typeof name !== 'string' || !isObject(params)) {
      leftOut.push(`model ${JSON.stringify(id)}: its row is not one that is known`);
      continue;
    }
    const opened = opener(key)(params);
    if (opened === undefined) leftOut.push(`model ${id} (${name}): ${key ? OTHER_KEY : NO_KEY}`);
    else
      models.push({
        id,
        name,
        params: opened as JsonObject,
        info: isObject(info) ? withoutId(info) : {},
        stamps: {},
      });
  }
  return { models, leftOut };
};

/** Rows of LiteLLM's table of credentials, each text of which is closed in the same way. */
export const credentialsFromLitellm = (
  rows: readonly JsonObject[],
  saltKey: string | undefined,
): TakenCredentials => {
  const credentials: StoredCredential[] = [];
  const leftOut: string[] = [];
  const key = saltKey === undefined ? undefined : boxKeyOf(saltKey);
  for (const row of rows) {
    const { credential_name: name, credential_values: closed, credential_info: info } = row;
    if (typeof name !== 'string' || !isObject(closed)) {
      leftOut.push(`credential ${JSON.stringify(name)}: its row is not one that is known`);
      continue;
    }
    const values = opener(key)(closed) as JsonObject | undefined;
    if (values === undefined) leftOut.push(`credential ${name}: ${key ? OTHER_KEY : NO_KEY}`);
    else credentials.push({ name, values, info: isObject(info) ? info : {}, stamps: {} });
  }
  return { credentials, leftOut };
};

const NO_KEY =
  'its parameters are encrypted; set LITELLM_SALT_KEY, or LITELLM_MASTER_KEY where LiteLLM has no salt key';
const OTHER_KEY = 'its parameters are encrypted with another salt key';

/** Undefined where something in a value is closed and does not open. */
const opener =
  (key: Buffer | undefined) =>
  (value: Json): Json | undefined => {
    if (typeof value === 'string') return textOf(value, key);
    if (Array.isArray(value)) {
      const items = value.map(opener(key));
      return items.every((item) => item !== undefined) ? items : undefined;
    }
    if (!isObject(value)) return value;
    const entries = Object.entries(value).map(([name, item]) => [name, opener(key)(item)] as const);
    if (entries.some(([, item]) => item === undefined)) return undefined;
    // What was never set is kept as null, or as the word for it.
    const set = entries.filter(([, item]) => item !== null && item !== 'None');
    return Object.fromEntries(set) as JsonObject;
  };

const textOf = (text: string, key: Buffer | undefined): string | undefined => {
  const closed = BASE64.test(text) ? Buffer.from(text, 'base64url') : undefined;
  if (!closed || closed.length < LEAST_CLOSED_BYTES) return text;
  return key && openBox(closed, key)?.toString('utf8');
};
