import type { Part } from '#core/check-schema.ts';
import { isObject, type JsonObject, own } from '#core/json.ts';
import { readYaml } from '#core/yaml.ts';

/** What stands in a finding's place of a file. */
export const storedFile = (id: string): string => `stored model ${id}`;

export const storedCredentialFile = (name: string): string => `stored credential ${name}`;

export const isStoredFile = (file: string): boolean => /^stored (?:model|credential) /.test(file);

/** A row that no file has, as if one had: what is wrong with it is told by its id and its field. */
export const storedPart = (row: JsonObject): Part => {
  const info = own(row, 'model_info');
  const id = isObject(info) ? own(info, 'id') : undefined;
  return partOf(row, storedFile(typeof id === 'string' ? id : ''));
};

/** The same for an item of `credential_list`. */
export const storedCredential = (item: JsonObject): Part => {
  const name = own(item, 'credential_name');
  return partOf(item, storedCredentialFile(typeof name === 'string' ? name : ''));
};

const partOf = (value: JsonObject, file: string): Part => {
  // Only for places: its numbers and words are JSON's, not YAML's.
  const document = readYaml(JSON.stringify(value), file);
  return { document: { ...document, value }, file, path: [], value };
};
