import { expect, it } from 'vitest';
import type { Row } from '#balancer/eligible.ts';
import { UNMEASURED } from '#balancer/policies/policy.conformance.ts';
import { cheaperSoon } from '#balancer/thrift.ts';

/** One that has tokens to spare and few requests; one with many requests and few tokens. */
const row = (name: string, more: { requests: number; tokens: number; waitMs?: number }): Row => {
  const perMinute = name === 'roomy' ? [160, 1_800_000] : [400, 300_000];
  const [requests = 0, tokens = 0] = perMinute;
  return {
    ...UNMEASURED,
    name,
    waitMs: more.waitMs ?? 0,
    quota: [
      { dimension: 'requests', perMinute: requests, capacity: 10, level: more.requests, cost: 1 },
      { dimension: 'tokens', perMinute: tokens, capacity: tokens, level: more.tokens, cost: 800 },
    ],
  };
};

const roomy = row('roomy', { requests: 1, tokens: 1_800_000 });
const brisk = (waitMs: number) => row('brisk', { requests: 9, tokens: 700, waitMs });

it('has a small request wait a little for the deployment that suits it', () => {
  expect(cheaperSoon([roomy, brisk(40)], roomy, 10_000)?.name).toBe('brisk');
});

it('does not have it wait for long, nor for longer than it can spare', () => {
  expect(cheaperSoon([roomy, brisk(5_000)], roomy, 10_000)).toBeUndefined();
  expect(cheaperSoon([roomy, brisk(40)], roomy, 30)).toBeUndefined();
});

it('lets it go where there is plenty', () => {
  const idle = row('roomy', { requests: 10, tokens: 1_800_000 });
  expect(cheaperSoon([idle, brisk(40)], idle, 10_000)).toBeUndefined();
});

it('lets it go where what comes back would be lost, whatever that costs', () => {
  const dear = {
    ...roomy,
    quota: [
      { dimension: 'requests' as const, perMinute: 1, capacity: 1, level: 1, cost: 1 },
      { dimension: 'parallel' as const, perMinute: 2, capacity: 2, level: 1, cost: 1 },
    ],
  };
  expect(cheaperSoon([dear, brisk(40)], dear, 10_000)).toBeUndefined();
  const used = { ...dear, quota: dear.quota.map((limit) => ({ ...limit, capacity: 2 })) };
  expect(cheaperSoon([used, brisk(40)], used, 10_000)?.name).toBe('brisk');
});

it('waits for what is kept for others, too: its own turn there comes after theirs', () => {
  const held = { ...brisk(40), held: 'kept' };
  expect(cheaperSoon([roomy, held], roomy, 10_000)).toBe(held);
});

it('waits for nothing of which nothing is known', () => {
  expect(cheaperSoon([roomy, { ...brisk(40), quota: [] }], roomy, 10_000)).toBeUndefined();
});

it('waits for none of a later order', () => {
  const first = { ...roomy, order: 1 };
  expect(cheaperSoon([first, { ...brisk(40), order: 1 }], first, 10_000)?.name).toBe('brisk');
  expect(cheaperSoon([first, { ...brisk(40), order: 2 }], first, 10_000)).toBeUndefined();
  expect(cheaperSoon([first, brisk(40)], first, 10_000)).toBeUndefined();
});
