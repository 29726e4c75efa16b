import { type PackedSpend, paymentsIn } from '#store/packed-spend.ts';
import type { Paid } from '#store/spend.ts';

/** What records add to the sums of those who pay for them. */
export class PaidSums {
  /** By their payments as they are written: most records have the same. */
  readonly #nanos = new Map<string, number>();

  add({ payments, nanos }: Pick<PackedSpend, 'payments' | 'nanos'>): void {
    // What cost nothing adds to nothing.
    if (nanos > 0) this.#nanos.set(payments, (this.#nanos.get(payments) ?? 0) + nanos);
  }

  /** Each payer once. */
  all(): readonly Paid[] {
    const sums = new Map<string, Paid>();
    for (const [text, nanos] of this.#nanos)
      for (const payment of paymentsIn(text)) {
        const { kind, id, sinceMs } = payment;
        const key = JSON.stringify([kind, id, sinceMs]);
        sums.set(key, { ...payment, nanos: (sums.get(key)?.nanos ?? 0) + nanos });
      }
    return [...sums.values()];
  }
}
