import { describe, expect, it } from 'vitest';
import { ToldShape } from '#balancer/sharing/told-shape.ts';

const rule = { dimension: 'tokens', limit: 60_000, windowMs: 60_000 } as const;

/** Levels that are told one after the other, each with its instant in seconds. */
const told = (...levels: readonly (readonly [s: number, remaining: number])[]): ToldShape => {
  const shape = new ToldShape();
  for (const [s, remaining] of levels) shape.note('a', { at: s * 1000, remaining, own: 0 }, rule);
  return shape;
};

const RISING = [
  [0, 59_000],
  [2, 30_000],
  [5, 32_500],
  [8, 35_000],
  [11, 37_500],
] as const;

describe('ToldShape', () => {
  it('sees what comes back evenly', () => {
    expect(told(...RISING).isEven(12_000)).toBe(true);
    expect(told(...RISING.slice(0, 4)).isEven(12_000)).toBe(false);
  });

  it('sees that from what all accounts are told', () => {
    const shape = told(...RISING.slice(0, 4));
    shape.note('b', { at: 20_000, remaining: 5_000, own: 0 }, rule);
    shape.note('b', { at: 22_000, remaining: 6_500, own: 200 }, rule);
    expect(shape.isEven(23_000)).toBe(true);
  });

  it('believes nothing of a limit that comes back at once, for a while', () => {
    const shape = told(...RISING);
    shape.note('a', { at: 13_000, remaining: 59_000, own: 1_000 }, rule);
    expect(shape.isEven(14_000)).toBe(false);
    for (const [s, remaining] of RISING)
      shape.note('a', { at: 20_000 + s * 1000, remaining, own: 0 }, rule);
    expect(shape.isEven(60_000)).toBe(false);
    expect(shape.isEven(400_000)).toBe(true);
  });

  it('believes nothing of a limit of which little can be spent at once', () => {
    const low = RISING.map(([s, remaining]) => [s, remaining / 6] as const);
    expect(told(...low, ...low.map(([s, left]) => [s + 20, left] as const)).isEven(60_000)).toBe(
      false,
    );
  });

  it('learns nothing from tellings that are too close or too far apart', () => {
    expect(told([0, 59_000], [2, 30_000], [2.5, 33_000], [30, 45_000]).isEven(60_000)).toBe(false);
  });
});
