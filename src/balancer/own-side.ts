import type { Cost, Dimension } from '#core/quota.ts';
import type { Charge, Reservation } from '#ledger/reservation.ts';

/** What a request takes from one account of ours. */
export interface OwnCharge extends Charge {
  /** The setting that limits the account, for people: `general_settings.max_parallel_requests`. */
  readonly setting: string;
}

/** What an account of ours lacks for a request. */
export interface OwnLack {
  readonly setting: string;
  readonly dimension: Dimension;
  /** Of the limit, and what is left of it. */
  readonly amount: number;
  readonly level: number;
  /** Until it has room, as far as can be told, ms. */
  readonly waitMs: number;
}

/** For people, without an end mark: `The limit of this api key is reached: 0 of 5 requests a minute are left`. */
export const ownLackText = ({ setting, dimension, amount, level }: OwnLack): string => {
  if (dimension === 'parallel') return `As many requests are under way as ${setting} allows`;
  const words = WORDS[dimension] ?? dimension;
  return `${setting[0]?.toUpperCase()}${setting.slice(1)} is reached: ${Math.max(0, Math.floor(level))} of ${amount} ${words} a minute are left`;
};

const WORDS: Readonly<Partial<Record<Dimension, string>>> = {
  input: 'input tokens',
  output: 'output tokens',
};

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
