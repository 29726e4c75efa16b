import type { Value } from '#flow/jinja/values.ts';

/** Names and what they stand for, in one block and those around it. */
export class Scope {
  readonly #names = new Map<string, Value>();
  readonly #around: Scope | undefined;

  constructor(around?: Scope) {
    this.#around = around;
  }

  /** That of the template itself. */
  get root(): Scope {
    return this.#around ? this.#around.root : this;
  }

  get(name: string): Value | undefined {
    const found = this.#names.get(name);
    return found === undefined ? this.#around?.get(name) : found;
  }

  set(name: string, value: Value): void {
    this.#names.set(name, value);
  }
}

/** Where something is evaluated. */
export interface Env {
  readonly scope: Scope;
  /** Whether what is printed is made safe for a page. */
  readonly escapes: boolean;
}
