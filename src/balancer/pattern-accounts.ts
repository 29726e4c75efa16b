/** Models that are told apart behind a pattern: their names come from callers. */
const MOST_MODELS = 1_000;

/** Each model behind a pattern such as `vendor/*` has limits of its own, up to a number of them. */
export class PatternAccounts {
  readonly #models = new Set<string>();

  /** The deployment's accounts with the innermost one narrowed to this model. */
  accounts(accounts: readonly [string, ...string[]], model: string): readonly string[] {
    const isApart = this.#models.size < MOST_MODELS || this.#models.has(model);
    return [...accounts.slice(0, -1), `${accounts.at(-1)!}/${isApart ? model : 'others'}`];
  }

  get models(): readonly string[] {
    return [...this.#models];
  }

  /** It has been called: one of the number. */
  called(model: string): void {
    if (this.#models.size < MOST_MODELS) this.#models.add(model);
  }
}
