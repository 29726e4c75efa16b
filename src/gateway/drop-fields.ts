import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import { rest } from '#wire/check.ts';

/**
 * The body without the fields that are named, and the names that were found. A name may be a path, as
 * LiteLLM's users write it: `metadata.trace`, `tools[*].strict`, `tools[0].cache_control`.
 */
export const withoutFields = (
  body: JsonObject,
  names: readonly string[],
): { readonly body: JsonObject; readonly found: readonly string[] } => {
  if (names.length === 0) return { body, found: names };
  const found: string[] = [];
  let left = body;
  for (const name of new Set(names)) {
    const isPlain = own(left, name) !== undefined;
    const next = isPlain
      ? rest(left, new Set([name]))
      : (pruned(left, stepsOf(name)) as JsonObject);
    if (next === left) continue;
    found.push(name);
    left = next;
  }
  return { body: left, found };
};

const stepsOf = (path: string): readonly string[] =>
  path.split(/[.[\]]/).filter((step) => step !== '');

/** The value itself where nothing is at the end of the path. */
const pruned = (value: Json, [step, ...more]: readonly string[]): Json => {
  if (step === undefined) return value;
  if (Array.isArray(value)) return prunedList(value, step, more);
  const below = isObject(value) ? own(value, step) : undefined;
  if (!isObject(value) || below === undefined) return value;
  if (more.length === 0) return rest(value, new Set([step]));
  const left = pruned(below, more);
  return left === below ? value : { ...value, [step]: left };
};

const prunedList = (list: readonly Json[], step: string, more: readonly string[]): Json => {
  const left = list.map((each, i) =>
    step === '*' || step === String(i) ? pruned(each, more) : each,
  );
  return left.some((each, i) => each !== list[i]) ? left : (list as Json);
};
