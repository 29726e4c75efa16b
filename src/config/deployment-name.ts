/** What a deployment's short name can be made from. */
export interface NameSource {
  readonly group: string;
  /** `model_info.id`. */
  readonly id?: string | undefined;
  /** The variable that holds its key. */
  readonly keyVariable?: string | undefined;
}

/**
 * Short, readable names for tables, headers and logs, in the order of the sources and unique among
 * them: `model_info.id`, else what tells its key's variable from the others (`PJ1` of
 * `OPENAI_API_KEY_PJ1`), else group and position (`gpt-4.1-2`).
 */
export const deploymentNames = (sources: readonly NameSource[]): string[] => {
  const variables = new Set(sources.flatMap(({ keyVariable }) => keyVariable ?? []));
  const positions = new Map<string, number>();
  const wanted = sources.map(({ group, id, keyVariable }) => {
    const position = (positions.get(group) ?? 0) + 1;
    positions.set(group, position);
    return id ?? tailOf(keyVariable, variables) ?? `${group}-${position}`;
  });
  // An id that somebody wrote is theirs; names that are made give way to it.
  const taken = new Set<string>();
  const written = new Set(sources.flatMap(({ id }) => id ?? []));
  return wanted.map((name, i) => {
    const isWritten = sources[i]?.id !== undefined;
    const free = (candidate: string): boolean =>
      !taken.has(candidate) && ((isWritten && candidate === name) || !written.has(candidate));
    let unique = name;
    for (let suffix = 2; !free(unique); suffix++) unique = `${name}-${suffix}`;
    taken.add(unique);
    return unique;
  });
};

const tailOf = (variable: string | undefined, all: ReadonlySet<string>): string | undefined => {
  if (variable === undefined) return undefined;
  const known = /API_?KEY_+(.+)$/i.exec(variable)?.[1];
  const rest = variable.slice(sharedPrefix([...all]).length);
  const tail = known ?? rest.replace(/_?(?:API_?)?KEY$/i, '');
  // A bare number says nothing on its own: `KEY_1`.
  if (/^\d+$/.test(tail)) return /[^_]+_+\d+$/.exec(variable)?.[0];
  return tail === '' ? undefined : tail;
};

/** What all variables begin with, up to an underscore; nothing when there is only one. */
const sharedPrefix = (variables: readonly string[]): string => {
  const [first = '', ...others] = variables;
  if (others.length === 0) return first;
  let length = 0;
  while (length < first.length && others.every((other) => other[length] === first[length]))
    length++;
  return first.slice(0, first.slice(0, length).lastIndexOf('_') + 1);
};
