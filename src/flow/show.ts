import { isObject, type Json } from '#core/json.ts';
import { isFile, readFile } from '#flow/file.ts';
import { pythonDumps } from '#flow/python-text.ts';

/** How a template shows a value: as prompt text, or as the markdown of an answer. */
export type Shown = (value: Json) => string;

/**
 * As Dify puts a value into a prompt, which is Python's way: booleans are `True` and `False`, lists
 * and objects are JSON with `, ` and `: `, an empty list or value is nothing.
 */
export const asText: Shown = (value) => {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (isFile(value) || isFileList(value)) return '';
  return Array.isArray(value) && value.length === 0 ? '' : pythonDumps(value);
};

/** As Dify puts a value into an answer: a list by items, an object as indented JSON, the rest as text. */
export const asMarkdown: Shown = (value) => {
  if (isFile(value)) return linkTo(value);
  if (isFileList(value)) return value.map(asMarkdown).join('\n');
  if (Array.isArray(value)) return value.map((item) => `- ${asText(item)}`).join('\n');
  return isObject(value) ? JSON.stringify(value, null, 2) : asText(value);
};

/** A file shows itself where that can be seen, and is a link otherwise. */
const linkTo = (value: Json): string => {
  const file = readFile(value);
  return file ? `${file.kind === 'image' ? '!' : ''}[${file.name}](${file.url})` : '';
};

const isFileList = (value: Json): value is Json[] =>
  Array.isArray(value) && value.length > 0 && value.every(isFile);
