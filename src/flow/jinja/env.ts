import type { Value } from '#flow/jinja/values.ts';

/** A template that asks for too much. */
export class TooMuchError extends Error {}

/** So many signs are one step. */
const SIGNS_A_STEP = 16;

/** What a template may still do. */
export class Meter {
  #left: number;

  constructor(steps: number) {
    this.#left = steps;
  }

  /** Throws TooMuchError when there is nothing left. */
  spend(steps = 1): void {
    this.#left -= steps;
    if (this.#left < 0) throw new TooMuchError();
  }

  /** Before a text of so many signs is made. */
  text(signs: number): void {
    this.spend(1 + Math.ceil(signs / SIGNS_A_STEP));
  }
}

/** Names and what they stand for, in one block and those around it. */
export class Scope {
  readonly #names = new Map<string, Value>();
  readonly #around: Scope | undefined;

  constructor(around?: Scope) {
    this.#around = around;
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
  readonly meter: Meter;
  /** Whether what is printed is made safe for a page. */
  readonly escapes: boolean;
}
