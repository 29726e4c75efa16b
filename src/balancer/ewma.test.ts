import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Ewma } from '#balancer/ewma.ts';

describe('Ewma', () => {
  it('is the plain mean of its first samples', () => {
    const mean = new Ewma();
    expect(mean.value).toBeUndefined();
    for (const sample of [10, 20, 60]) mean.add(sample, 0);
    expect(mean.value).toBe(30);
  });

  it('follows a change, however many samples came before', () => {
    const mean = new Ewma();
    for (let i = 0; i < 10_000; i++) mean.add(100, i);
    for (let i = 0; i < 10; i++) mean.add(200, 10_000 + i);
    expect(mean.value).toBeGreaterThan(160);
    expect(mean.value).toBeLessThan(200);
  });

  it('lets old samples count less', () => {
    const mean = new Ewma();
    for (let i = 0; i < 10; i++) mean.add(100, 0);
    mean.add(200, 10 * 60_000);
    expect(mean.value).toBeGreaterThan(195);
  });

  it('stays within what it was given, whatever the clock and the numbers do', () => {
    const sample = fc.oneof(
      fc.integer({ min: 0, max: 1e6 }),
      fc.constant(NaN),
      fc.constant(Infinity),
    );
    const samples = fc.array(fc.tuple(sample, fc.integer({ min: -1e9, max: 1e9 })));
    fc.assert(
      fc.property(samples, (given) => {
        const mean = new Ewma();
        for (const [value, now] of given) mean.add(value, now);
        const counted = given.map(([value]) => value).filter(Number.isFinite);
        if (counted.length === 0) expect(mean.value).toBeUndefined();
        else {
          expect(mean.value).toBeGreaterThanOrEqual(Math.min(...counted) - 1e-6);
          expect(mean.value).toBeLessThanOrEqual(Math.max(...counted) + 1e-6);
        }
      }),
    );
  });
});
