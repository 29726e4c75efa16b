import type { Cost } from '#core/quota.ts';
import type { Charge, Reservation } from '#ledger/reservation.ts';

/** What a request takes from one account of ours. */
export interface OwnCharge extends Charge {
  /** The setting that limits the account, for people: `general_settings.max_parallel_requests`. */
  readonly setting: string;
}

/**
 * What a request takes on our own side: its key's share, the whole gateway's. It is taken once, when
 * the request leaves the line, and kept whatever its attempts do; it ends once, with the request.
 */
export class OwnSide {
  readonly charges: readonly OwnCharge[];
  #held: { readonly reservation: Reservation; changed(): void } | undefined;
  #isOver = false;

  constructor(charges: readonly OwnCharge[]) {
    this.charges = charges;
  }

  /** Whether it has been taken: then no admission takes it again. */
  get isHeld(): boolean {
    return this.#held !== undefined;
  }

  /** For whoever owns the balance. `changed`: room has come back. Throws where it is held or over. */
  hold(reservation: Reservation, changed: () => void): void {
    if (this.#held || this.#isOver) throw new Error('A request has only one own side.');
    this.#held = { reservation, changed };
  }

  /**
   * Ends it as it was taken, or with what it came to, of what each account counts; later ends are
   * void, and so is one before anything was taken.
   */
  end(now: number, cameTo?: Cost): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const costs = cameTo ? this.charges.map(({ cost }) => counted(cost, cameTo)) : [];
    this.#held?.reservation.settle(costs, now);
    this.#held?.changed();
  }
}

const counted = (reserved: Cost, cameTo: Cost): Cost =>
  Object.fromEntries(
    Object.entries(reserved).map(([dimension, amount]) => [
      dimension,
      cameTo[dimension as keyof Cost] ?? amount,
    ]),
  );
