import { isSecretPath } from '#core/finding.ts';
import { isObject, type Json, type JsonObject } from '#core/json.ts';

const HIDDEN = '****';

/** Texts that are nobody's secret. */
const PLAIN: ReadonlySet<string> = new Set([
  'model',
  'api_base',
  'base_url',
  'api_version',
  'custom_llm_provider',
  'region_name',
  'aws_region_name',
  'budget_duration',
  'quota_pool',
  'tags',
  'litellm_credential_name',
]);

/** The parameters of a row as people see them: of a text only where it stands is shown, unless it is known to be plain. */
export const shownParams = (params: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(params).map(([name, value]) => [name, shown(name, value)]));

const shown = (name: string, value: Json): Json => {
  if (isSecretPath([name]) && value !== null && !PLAIN.has(name)) return HIDDEN;
  if (typeof value === 'string') return PLAIN.has(name) && !hasUser(value) ? value : HIDDEN;
  if (Array.isArray(value)) return value.map((item) => shown(name, item));
  return isObject(value) ? shownParams(value) : value;
};

/** A URL with somebody's password in it. */
const hasUser = (text: string): boolean => /:\/\/[^/]*@/.test(text);
