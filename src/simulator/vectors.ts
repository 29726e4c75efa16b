import { seededRandom } from '#core/random.ts';

/** Digits of a component that are sent: what a 32-bit float holds. */
const PRECISION = 1e8;

/** A text or the ids of its tokens. */
export type Input = string | readonly number[];

/** A unit vector drawn from the input's hash. */
export const vectorOf = (input: Input, dimensions: number): Float32Array => {
  const random = seededRandom(hashOf(input));
  const vector = Float32Array.from({ length: dimensions }, () => 2 * random() - 1);
  const length = Math.sqrt(vector.reduce((total, x) => total + x * x, 0)) || 1;
  return vector.map((x) => x / length);
};

export const encode = (vector: Float32Array, base64: boolean): string | number[] =>
  base64 ? Buffer.from(vector.buffer).toString('base64') : rounded(vector);

export const rounded = (vector: Float32Array): number[] =>
  Array.from(vector, (x) => Math.round(x * PRECISION) / PRECISION);

/** FNV-1a, 32 bits. */
const hashOf = (input: Input): number => {
  let hash = 0x811c9dc5;
  for (let i = 0; i < input.length; i++) {
    const unit = typeof input === 'string' ? input.charCodeAt(i) : (input[i] ?? 0);
    hash = Math.imul(hash ^ unit, 0x01000193);
  }
  return hash >>> 0;
};
