import { isObject, type JsonObject, own } from '#core/json.ts';
import type { Seal } from '#keys/seal.ts';
import type { Row } from '#store/store.ts';

/** A row of `model_list` that stands in the store. */
export interface StoredModel {
  readonly id: string;
  readonly name: string;
  readonly params: JsonObject;
  /** Without its id. */
  readonly info: JsonObject;
  readonly stamps: JsonObject;
}

/** What is sealed for one row's parameters opens nowhere else. */
const placeOf = (id: string): string => `models|${id}|litellm_params`;

/** As it is kept: nothing of its parameters can be read. */
export const bodyOfModel = ({ id, name, params, info, stamps }: StoredModel, seal: Seal): Row => ({
  id,
  body: {
    model_name: name,
    litellm_params: seal.close(JSON.stringify(params), placeOf(id)),
    model_info: info,
    ...stamps,
  },
});

/** Undefined where it was written under another salt key, or is no such row. */
export const modelOfBody = ({ id, body }: Row, seal: Seal): StoredModel | undefined => {
  const { model_name: name, litellm_params: sealed, model_info: info, ...stamps } = body;
  if (typeof name !== 'string' || typeof sealed !== 'string' || !isObject(info)) return undefined;
  const text = seal.open(sealed, placeOf(id));
  if (text === undefined) return undefined;
  const params = JSON.parse(text) as JsonObject;
  return { id, name, params, info, stamps };
};

/** As a file would have it. */
export const rowOfModel = ({ id, name, params, info }: StoredModel): JsonObject => ({
  model_name: name,
  litellm_params: params,
  model_info: { ...info, id },
});

/** One more without them; a null takes a field away. */
export const mergedFields = (before: JsonObject, more: JsonObject | null | undefined): JsonObject =>
  Object.fromEntries(Object.entries({ ...before, ...more }).filter(([, value]) => value !== null));

/** Its id stands beside it; where it is kept is no part of it. */
export const withoutId = ({ id: _, db_model: __, ...info }: JsonObject): JsonObject => info;

export const idIn = (info: JsonObject | null | undefined): string | undefined => {
  const id = info ? own(info, 'id') : undefined;
  return typeof id === 'string' ? id : undefined;
};
