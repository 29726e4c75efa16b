import type { Random } from '#core/random.ts';

/** A value ≥ 0 whose logarithm is normal: half the draws are below `median`. */
export const drawLognormal = (
  distribution: { readonly median: number; readonly sigma: number },
  random: Random,
): number => distribution.median * Math.exp(distribution.sigma * drawNormal(random));

/** Box and Muller: two uniform draws to one of the standard normal distribution. */
const drawNormal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

export const drawUniform = (
  range: { readonly min: number; readonly max: number },
  random: Random,
): number => (range.min === range.max ? range.min : range.min + (range.max - range.min) * random());

const ID_CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** `prefix` and `length` letters and digits. Names things; it is no secret. */
export const drawId = (prefix: string, length: number, random: Random): string => {
  let id = prefix;
  for (let i = 0; i < length; i++) id += ID_CHARACTERS[Math.floor(random() * ID_CHARACTERS.length)];
  return id;
};
