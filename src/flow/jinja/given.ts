import { TemplateError, type Value } from '#flow/jinja/values.ts';

/** The arguments of a call, by place and by name. */
export class Given {
  readonly placed: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;

  constructor(placed: readonly Value[], named: ReadonlyMap<string, Value> = new Map()) {
    this.placed = placed;
    this.named = named;
  }

  /** In the order of their names; undefined what was not given. Throws for more than there are. */
  bind(names: readonly string[]): readonly (Value | undefined)[] {
    if (this.placed.length > names.length)
      throw new TemplateError(
        `takes at most ${names.length} arguments, ${this.placed.length} were given`,
      );
    for (const name of this.named.keys())
      if (!names.includes(name))
        throw new TemplateError(`got an unexpected keyword argument '${name}'`);
    return names.map((name, i) => (i < this.placed.length ? this.placed[i] : this.named.get(name)));
  }
}

export const NOTHING_GIVEN = new Given([]);
