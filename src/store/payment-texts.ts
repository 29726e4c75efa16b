import type { Payment } from '#store/spend.ts';

interface Known {
  readonly payments: readonly Payment[];
  readonly text: string;
}

/** Sums outlive requests by far: each is written out once, and so is the list that was last with it. */
export class PaymentTexts {
  readonly #texts = new WeakMap<Payment, string>();
  /** By the first of them, which is the key's own, or its user's. */
  readonly #lists = new WeakMap<Payment, Known>();

  /** As JSON: kind, id and beginning of each. */
  of(payments: readonly Payment[]): string {
    const [first] = payments;
    if (!first) return '[]';
    const last = this.#lists.get(first);
    if (last && isSame(last.payments, payments)) return last.text;
    const text = `[${payments.map((payment) => this.#text(payment)).join(',')}]`;
    this.#lists.set(first, { payments, text });
    return text;
  }

  #text(payment: Payment): string {
    const known = this.#texts.get(payment);
    if (known !== undefined) return known;
    const { kind, id, sinceMs } = payment;
    const text = JSON.stringify([kind, id, sinceMs]);
    this.#texts.set(payment, text);
    return text;
  }
}

const isSame = (some: readonly Payment[], others: readonly Payment[]): boolean =>
  some === others ||
  (some.length === others.length && some.every((payment, place) => payment === others[place]));
