/** What a limit counts. `input` and `output` are tokens that a vendor limits apart; money is in nano-dollars. */
export const DIMENSIONS = ['requests', 'tokens', 'input', 'output', 'parallel', 'money'] as const;

export type Dimension = (typeof DIMENSIONS)[number];

/** What one call takes from each dimension: whole numbers ≥ 0; absent is nothing. */
export type Cost = { readonly [D in Dimension]?: number | undefined };

/** What a vendor's limits know of a call before it runs, to charge it by. Whole numbers ≥ 0. */
export interface CallSize {
  readonly inputTokens: number;
  /** The caller's own bound for one answer; absent where it names none. */
  readonly maxOutputTokens?: number | undefined;
  /** What one answer is likely to take. */
  readonly expectedOutputTokens: number;
  /** Answers asked for (`n`), ≥ 1. */
  readonly choices: number;
}

/** What one answer tells of one limit: as much as it said. */
export interface ToldLimit {
  readonly dimension: Dimension;
  readonly windowMs: number;
  /** Per window, > 0. */
  readonly limit?: number;
  /** Left at the instant when the call was charged, ≥ 0. */
  readonly remaining?: number;
  /** Until the limit is whole again, ms. */
  readonly resetMs?: number;
}

/** Why a vendor refused for the sake of a limit. */
export interface QuotaRefusal {
  /**
   * `minute`: room comes back soon. `day`: not before `retryMs`, a long time. `size`: this call is
   * larger than the limit itself. `money`: somebody has to pay. `ramp`: traffic grows too fast,
   * although it is under its limits.
   */
  readonly class: 'minute' | 'day' | 'size' | 'money' | 'ramp';
  /** Absent where the vendor does not say which limit it was. */
  readonly dimension?: Dimension;
  readonly windowMs?: number;
  readonly limit?: number;
  readonly used?: number;
  readonly requested?: number;
  /** Until a call of this size has room, ms, 0 < retryMs ≤ a day. */
  readonly retryMs?: number;
}

/** All that one answer tells of the limits behind it. */
export interface QuotaNews {
  readonly told: readonly ToldLimit[];
  readonly refusal?: QuotaRefusal;
  /** The vendor's name for whoever shares these limits. */
  readonly organization?: string;
  /** Its name for the part of that to which the key belongs. */
  readonly project?: string;
  /** What this call was charged, where the vendor says so exactly. */
  readonly charged?: Cost;
}
