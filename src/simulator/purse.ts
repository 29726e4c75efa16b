/** A project's money and what its tokens cost. US dollars. */
export interface MoneyRule {
  readonly leftUsd: number;
  readonly usdPerMillion: { readonly input: number; readonly output: number };
}

/** 1e-9 dollars, so that the price of a token is a whole number. */
const NANO = 1e9;
const MILLION = 1e6;

/** What is left to spend. A call that has begun ends: the last one may cost more than there is. */
export class Purse {
  readonly #inputNano: number;
  readonly #outputNano: number;
  #leftNano: number;

  constructor({ leftUsd, usdPerMillion }: MoneyRule) {
    this.#leftNano = Math.round(leftUsd * NANO);
    this.#inputNano = Math.round((usdPerMillion.input * NANO) / MILLION);
    this.#outputNano = Math.round((usdPerMillion.output * NANO) / MILLION);
  }

  get empty(): boolean {
    return this.#leftNano <= 0;
  }

  get leftUsd(): number {
    return this.#leftNano / NANO;
  }

  pay(tokens: { readonly inputTokens: number; readonly outputTokens: number }): void {
    this.#leftNano -= tokens.inputTokens * this.#inputNano + tokens.outputTokens * this.#outputNano;
  }
}
