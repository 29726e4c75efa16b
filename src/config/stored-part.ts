import type { Part } from '#core/check-schema.ts';
import { isObject, type JsonObject, own } from '#core/json.ts';
import { readYaml } from '#core/yaml.ts';

/** What stands in a finding's place of a file. */
export const storedFile = (id: string): string => `stored model ${id}`;

/** A row that no file has, as if one had: what is wrong with it is told by its id and its field. */
export const storedPart = (row: JsonObject): Part => {
  const info = own(row, 'model_info');
  const id = isObject(info) ? own(info, 'id') : undefined;
  const file = storedFile(typeof id === 'string' ? id : '');
  // Only for places: its numbers and words are JSON's, not YAML's.
  const document = readYaml(JSON.stringify(row), file);
  return { document: { ...document, value: row }, file, path: [], value: row };
};
