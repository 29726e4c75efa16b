import { SpillwayError } from '#core/errors.ts';
import { bySpecificity, isStarPattern, type StarPattern, starPattern } from '#core/star-pattern.ts';

/** What a deployment answers to. */
export interface GroupMember {
  readonly name: string;
  readonly id: string;
  /** Its `model_name`: a group's name, or a pattern of names. */
  readonly group: string;
  readonly provider: string;
  readonly model: string;
  /** It serves nothing. */
  readonly isBlocked?: boolean;
}

export interface GroupsSpec {
  /** In the order of the config. */
  readonly members: readonly GroupMember[];
  readonly aliases: Readonly<Record<string, { readonly group: string; readonly hidden: boolean }>>;
  /** The vendor that a bare model name gives away: such a name fits `VENDOR/*` too. */
  readonly providerOf: (model: string) => string | undefined;
}

/** Who may serve a name that a client has sent. */
export interface Resolved {
  readonly group: string;
  /** The only deployment that may serve it, because the client named it. */
  readonly pinned?: string;
  /** By deployment: the model to ask for, where the client's name decides it. The others ask for their own. */
  readonly models?: ReadonlyMap<string, string>;
}

/**
 * The names by which clients call models. First an alias or a group; then a deployment's id, its
 * short name, or a row's `VENDOR/MODEL`; last the most specific pattern that fits. Exact after
 * Unicode normalisation; nothing is guessed.
 */
export class Groups {
  readonly #names = new Map<string, Resolved>();
  readonly #aliases = new Map<string, string>();
  #patterns: readonly StarPattern[] = [];
  /** The members of each pattern. */
  #matched: ReadonlyMap<string, readonly GroupMember[]> = new Map();
  readonly #providerOf: GroupsSpec['providerOf'];
  /** Aliases that may be seen. */
  readonly #listed: readonly string[];
  #shown: string[] = [];
  /** Names that only those answer to who are blocked. */
  #blocked: ReadonlySet<string> = new Set();

  constructor({ members, aliases, providerOf }: GroupsSpec) {
    this.#providerOf = providerOf;
    for (const [alias, { group }] of Object.entries(aliases))
      this.#aliases.set(alias.normalize(), group);
    this.#listed = Object.keys(aliases).filter((alias) => !aliases[alias]!.hidden);
    this.take(members);
  }

  /** From now on these are all the members there are. */
  take(all: readonly GroupMember[]): void {
    const members = all.filter(({ isBlocked }) => !isBlocked);
    const blocked = all.filter(({ isBlocked }) => isBlocked);
    this.#blocked = new Set(
      blocked.flatMap(({ group, id, name }) => [group, id, name].map((one) => one.normalize())),
    );
    this.#names.clear();
    const named = members.filter(({ group }) => !isStarPattern(group));
    for (const { group } of named) this.#names.set(group.normalize(), { group });
    for (const [name, resolved] of ownNames(members))
      if (!this.#names.has(name)) this.#names.set(name, resolved);
    this.#matched = Map.groupBy(
      members.filter(({ group }) => isStarPattern(group)),
      ({ group }) => group.normalize(),
    );
    this.#patterns = bySpecificity([...this.#matched.keys()].map(starPattern));
    this.#shown = [...new Set([...named.map(({ group }) => group), ...this.#listed])];
  }

  /** Throws SpillwayError `unknown_model`, with the names that exist, or `forbidden` for what is blocked. */
  resolve(model: string): Resolved {
    const found = this.find(model);
    if (found !== undefined) return found;
    if (this.#blocked.has(this.#plain(model)))
      throw new SpillwayError('forbidden', 'Model is blocked', { param: 'model' });
    const names = [...this.#shown, ...this.#patterns.map(({ pattern }) => pattern)];
    const some = names.slice(0, 8).join(', ');
    const more = names.length > 8 ? ', …' : '';
    throw new SpillwayError(
      'unknown_model',
      `Invalid model name passed in model=${JSON.stringify(model.slice(0, 64))}. ` +
        `Call \`/v1/models\` to view available models; here: ${some}${more}.`,
      { param: 'model' },
    );
  }

  find(model: string): Resolved | undefined {
    const name = this.#plain(model);
    const known = this.#names.get(name);
    // What is blocked is not served by whoever takes every name.
    if (known !== undefined || this.#blocked.has(name)) return known;
    return this.#match(name);
  }

  #plain(model: string): string {
    // What stands in the tables is normalised.
    const isPlain = this.#names.has(model) || this.#aliases.has(model);
    const asked = isPlain ? model : model.normalize();
    return this.#aliases.get(asked)?.normalize() ?? asked;
  }

  /** What can be listed: patterns are names of nothing. */
  list(): readonly string[] {
    return this.#shown;
  }

  #match(name: string): Resolved | undefined {
    if (this.#patterns.length === 0 || !MATCHABLE.test(name)) return undefined;
    const provider = this.#providerOf(name);
    for (const asked of provider === undefined ? [name] : [name, `${provider}/${name}`])
      for (const { pattern, match } of this.#patterns) {
        const stars = match(asked);
        const members = this.#matched.get(pattern) ?? [];
        if (stars && members[0])
          return { group: members[0].group, models: modelsOf(members, { asked, stars }) };
      }
    return undefined;
  }
}

/** One line of a sensible length: it travels to the vendor, and into tables and logs. A pattern fits no pattern. */
const MATCHABLE = /^[^\p{Cc}\u2028\u2029*]{1,256}$/u;

/** By the names that are not a group's: ids, short names, and what a row asks its vendor for. */
function* ownNames(members: readonly GroupMember[]): Generator<readonly [string, Resolved]> {
  // What a pattern's row asks for is not known until somebody sends a name.
  const fixed = members.filter(({ model }) => !isStarPattern(model));
  for (const { id, name, group } of fixed) yield [id.normalize(), { group, pinned: name }];
  for (const { name, group } of fixed) yield [name.normalize(), { group, pinned: name }];
  const byModel = Map.groupBy(fixed, ({ provider, model }) => `${provider}/${model}`.normalize());
  for (const [model, [first, ...others]] of byModel) {
    if (!first) continue;
    const { group, name } = first;
    const size = members.filter((member) => member.group === group).length;
    const isWhole = others.every((one) => one.group === group) && size === others.length + 1;
    if (isWhole) yield [model, { group }];
    else if (others.length === 0) yield [model, { group, pinned: name }];
  }
}

interface Match {
  readonly asked: string;
  readonly stars: readonly string[];
}

const modelsOf = (members: readonly GroupMember[], match: Match): ReadonlyMap<string, string> =>
  new Map(
    members
      .filter(({ model }) => isStarPattern(model))
      .map((member) => [member.name, upstreamModel(member, match)]),
  );

/** Each `*` becomes what it stood for. Where the row has too few, the name goes as it came, as in LiteLLM. */
const upstreamModel = ({ model, provider }: GroupMember, { asked, stars }: Match): string => {
  const literals = model.split('*');
  if (literals.length > stars.length)
    return literals.map((literal, i) => literal + (stars[i] ?? '')).join('');
  const prefix = `${provider}/`;
  return asked.startsWith(prefix) ? asked.slice(prefix.length) : asked;
};
