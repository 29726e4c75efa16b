import type { Random } from '#core/random.ts';

const gauss = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

export const lognormal = (random: Random, median: number, sigma: number): number =>
  median * Math.exp(sigma * gauss(random));

/** With mean 1. */
export const exponential = (random: Random): number => -Math.log(1 - random());

/** How many tries until the first success, when `mean` of them are needed on average; ≥ 1. */
export const geometric = (random: Random, mean: number): number =>
  1 + Math.floor(Math.log(1 - random()) / Math.log(1 - 1 / mean));

/** A Pareto distribution cut off at both ends. */
export const boundedPareto = (
  random: Random,
  { low, high, alpha }: { low: number; high: number; alpha: number },
): number => {
  const u = random();
  const l = low ** alpha;
  const h = high ** alpha;
  return (-(u * h - u * l - h) / (h * l)) ** (-1 / alpha);
};
