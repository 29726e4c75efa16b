import { describe, expect, it } from 'vitest';
import { LatencyMeter } from '#balancer/latency-meter.ts';

describe('LatencyMeter', () => {
  it('knows nothing before the first answer', () => {
    expect(new LatencyMeter().read(5)).toBeUndefined();
  });

  it('measures the first content and the time per token', () => {
    const meter = new LatencyMeter();
    meter.answered({ firstMs: 300, wholeMs: 4_000, outputTokens: 200 }, 1_000);
    expect(meter.read(1_500)).toEqual({ firstMs: 300, perTokenMs: 20, ageMs: 500 });
  });

  it('takes a whole call for one token where the answer has none', () => {
    const meter = new LatencyMeter();
    meter.answered({ wholeMs: 80, outputTokens: 0 }, 0);
    expect(meter.read(0)).toEqual({ perTokenMs: 80, ageMs: 0 });
  });

  it('says nothing of tokens that nobody counted', () => {
    const meter = new LatencyMeter();
    meter.answered({ firstMs: 300, wholeMs: 4_000 }, 0);
    expect(meter.read(0)).toEqual({ firstMs: 300, ageMs: 0 });
  });

  it('makes a deployment that times out slower than any that answers', () => {
    const meter = new LatencyMeter();
    for (let i = 0; i < 50; i++)
      meter.answered({ firstMs: 300, wholeMs: 4_000, outputTokens: 200 }, i);
    meter.timedOut(60_000, 60);
    expect(meter.read(60)!.firstMs).toBeGreaterThan(6_000);
    expect(meter.read(60)!.perTokenMs).toBeGreaterThan(6_000);
  });

  it('takes no nonsense', () => {
    const meter = new LatencyMeter();
    meter.answered({ firstMs: -1, wholeMs: NaN, outputTokens: 3 }, 0);
    expect(meter.read(0)).toBeUndefined();
    meter.answered({ firstMs: 1e12 }, 0);
    expect(meter.read(0)!.firstMs).toBe(3_600_000);
  });
});
