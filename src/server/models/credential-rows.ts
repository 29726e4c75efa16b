import { isObject, type JsonObject } from '#core/json.ts';
import type { Seal } from '#keys/seal.ts';
import type { Row } from '#store/store.ts';

/** An item of `credential_list` that stands in the store. */
export interface StoredCredential {
  readonly name: string;
  readonly values: JsonObject;
  readonly info: JsonObject;
  readonly stamps: JsonObject;
}

/** What is sealed for one credential opens under no other name. */
const placeOf = (name: string): string => `credentials|${name}|credential_values`;

/** As it is kept: nothing of its values can be read. */
export const bodyOfCredential = (
  { name, values, info, stamps }: StoredCredential,
  seal: Seal,
): Row => ({
  id: name,
  body: {
    credential_values: seal.close(JSON.stringify(values), placeOf(name)),
    credential_info: info,
    ...stamps,
  },
});

/** Undefined where it was written under another salt key, or is no such row. */
export const credentialOfBody = ({ id, body }: Row, seal: Seal): StoredCredential | undefined => {
  const { credential_values: sealed, credential_info: info, ...stamps } = body;
  if (typeof sealed !== 'string' || !isObject(info)) return undefined;
  const text = seal.open(sealed, placeOf(id));
  if (text === undefined) return undefined;
  return { name: id, values: JSON.parse(text) as JsonObject, info, stamps };
};

/** As a file would have it. */
export const itemOfCredential = ({ name, values, info }: StoredCredential): JsonObject => ({
  credential_name: name,
  credential_values: values,
  credential_info: info,
});
