import { describe, expect, it } from 'vitest';
import { type DrawnTraffic, drawTraffic, TRAFFIC_KINDS } from '#plan/draw-traffic.ts';
import { readTraffic } from '#plan/read-traffic.ts';

const SOME: DrawnTraffic = {
  kind: 'smooth',
  model: 'm',
  perS: 2,
  minutes: 60,
  keys: 3,
  inputTokens: 700,
  outputTokens: 250,
  maxOutputTokens: 1_024,
  seed: 7,
  startMs: Date.parse('2026-01-01T00:00:00Z'),
};
const draw = (more: Partial<DrawnTraffic> = {}): string =>
  [...drawTraffic({ ...SOME, ...more })].map((record) => JSON.stringify(record)).join('\n');

describe.each(TRAFFIC_KINDS)('%s traffic', (kind) => {
  const text = draw({ kind });
  const { requests, broken } = readTraffic(text, 'drawn');

  it('is a log that can be read, in the order of time', () => {
    expect(broken.count).toBe(0);
    expect(requests.map(({ line }) => line)).toEqual(requests.map((_, i) => i + 1));
  });

  it('has the rate, the time, the callers and the sizes that were asked for', () => {
    const [first, last] = [requests[0]!, requests.at(-1)!];
    expect(first.wallMs).toBeGreaterThanOrEqual(SOME.startMs);
    expect(last.wallMs).toBeLessThan(SOME.startMs + 3_601_000);
    expect(requests.length / 7_200).toBeGreaterThan(0.8);
    expect(requests.length / 7_200).toBeLessThan(1.25);
    expect(new Set(requests.map(({ key }) => key))).toEqual(new Set(['key-1', 'key-2', 'key-3']));
    const inputs = requests.map(({ inputTokens }) => inputTokens).toSorted((a, b) => a - b);
    expect(inputs[Math.floor(inputs.length / 2)]! / 700).toBeCloseTo(1, 0.5);
    expect(Math.max(...requests.map(({ outputTokens }) => outputTokens))).toBe(1_024);
    expect(Math.min(...requests.map(({ tookMs }) => tookMs))).toBeGreaterThan(0);
  });

  it('is the same for the same seed, and another for another', () => {
    expect(draw({ kind })).toBe(text);
    expect(draw({ kind, seed: 8 })).not.toBe(text);
  });
});

it('varies from minute to minute as its kind has it', () => {
  /** Of the requests in each slice of ten seconds: their variance, in units of their mean. */
  const spread = (kind: DrawnTraffic['kind']): number => {
    const counts = Array<number>(360).fill(0);
    for (const { wallMs } of readTraffic(draw({ kind }), 'drawn').requests)
      counts[Math.min(359, Math.floor((wallMs - SOME.startMs) / 10_000))]! += 1;
    const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
    const squares = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length;
    return squares / mean;
  };
  expect(spread('smooth')).toBeLessThan(1.5);
  expect(spread('bursty')).toBeGreaterThan(4);
  expect(spread('batches')).toBeGreaterThan(8);
});
