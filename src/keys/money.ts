/** Money is counted in whole nano-dollars: sums of it are exact. */
const NANOS = 1_000_000_000;

/** The largest budget, dollars: what a double counts exactly in nano-dollars, and a little less. */
export const MOST_DOLLARS = 9_000_000;

export const nanosOf = (dollars: number): number => Math.round(dollars * NANOS);

/** As LiteLLM shows it: dollars, a fraction. */
export const dollarsOf = (nanos: number): number => nanos / NANOS;
