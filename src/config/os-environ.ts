import { isObject, type Json, type JsonObject, setOwn } from '#core/json.ts';

/** Environment variables as an argument: only the server reads the process's own. */
export type Environment = Readonly<Record<string, string | undefined>>;

const REFERENCE = 'os.environ/';

/** The variable that a text refers to (`os.environ/NAME` → `NAME`), if it is a reference. */
export const referencedVariable = (written: Json | undefined): string | undefined =>
  typeof written === 'string' && written.startsWith(REFERENCE)
    ? written.slice(REFERENCE.length)
    : undefined;

/**
 * Replaces references by what they name, where LiteLLM does: in maps and in maps that are items of
 * a list, not in plain texts of a list. The texts `true` and `false` become booleans; a variable
 * that is not set becomes null, and `onMissing` is told its path.
 */
export const resolveReferences = (
  value: Json,
  env: Environment,
  onMissing: (path: readonly (string | number)[]) => void,
): Json => {
  const resolve = (item: Json, path: readonly (string | number)[]): Json => {
    if (Array.isArray(item))
      return item.map((entry, i) => (isObject(entry) ? resolve(entry, [...path, i]) : entry));
    if (isObject(item)) {
      const resolved: JsonObject = {};
      for (const [key, entry] of Object.entries(item))
        setOwn(resolved, key, resolve(entry, [...path, key]));
      return resolved;
    }
    const variable = referencedVariable(item);
    if (variable === undefined) return item;
    const text = lookUp(env, variable);
    if (text === undefined) onMissing(path);
    return text === undefined ? null : asSecret(text);
  };
  return resolve(value, []);
};

export const lookUp = (env: Environment, variable: string): string | undefined =>
  Object.hasOwn(env, variable) ? env[variable] : undefined;

const asSecret = (text: string): Json => {
  const word = text.trim().toLowerCase();
  if (word === 'true') return true;
  return word === 'false' ? false : text;
};
