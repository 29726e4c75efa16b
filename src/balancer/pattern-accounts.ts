/** Models that are told apart behind a pattern: their names come from callers. */
const MOST_MODELS = 1_000;

/** Each model behind a pattern such as `vendor/*` has limits of its own, up to a number of them. */
export class PatternAccounts {
  readonly #models = new Set<string>();

  /** The deployment's accounts with the innermost one narrowed to this model. */
  accounts(accounts: readonly [string, ...string[]], model: string): readonly string[] {
    if (this.#models.size < MOST_MODELS) this.#models.add(model);
    const word = this.#models.has(model) ? model : 'others';
    return [...accounts.slice(0, -1), `${accounts.at(-1)!}/${word}`];
  }
}
