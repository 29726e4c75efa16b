import { SpillwayError } from '#core/errors.ts';

export interface GroupsSpec {
  /** Public names, in the order of the config. */
  readonly groups: readonly string[];
  readonly aliases: Readonly<Record<string, { readonly group: string; readonly hidden: boolean }>>;
}

/** The names by which clients call models. Exact after Unicode normalisation; nothing is guessed. */
export class Groups {
  readonly #names = new Map<string, string>();
  readonly #shown: string[] = [];

  constructor({ groups, aliases }: GroupsSpec) {
    for (const group of groups) {
      if (!this.#names.has(group.normalize())) this.#shown.push(group);
      this.#names.set(group.normalize(), group);
    }
    for (const [alias, { group, hidden }] of Object.entries(aliases)) {
      this.#names.set(alias.normalize(), group);
      if (!hidden) this.#shown.push(alias);
    }
  }

  /** Throws SpillwayError `unknown_model`, with the names that exist. */
  resolve(model: string): string {
    const group = this.#names.get(model.normalize());
    if (group !== undefined) return group;
    const some = this.#shown.slice(0, 8).join(', ');
    const more = this.#shown.length > 8 ? ', …' : '';
    throw new SpillwayError(
      'unknown_model',
      `Invalid model name passed in model=${JSON.stringify(model.slice(0, 64))}. ` +
        `Call \`/v1/models\` to view available models; here: ${some}${more}.`,
      { param: 'model' },
    );
  }

  list(): readonly string[] {
    return this.#shown;
  }
}
