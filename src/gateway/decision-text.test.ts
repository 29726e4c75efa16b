import { expect, test } from 'vitest';
import type { Decision, WaitRecord } from '#balancer/decision-record.ts';
import { decisionSentences } from '#gateway/decision-text.ts';

const wait: WaitRecord = {
  weight: 120,
  predictedMs: 11_000,
  requests: 2,
  aheadTokens: 700,
  ahead: [['master/batch-X', 700]],
  pool: 'key/1/m',
  dimension: 'tokens',
  room: [
    ['PJ2', 11_000],
    ['PJ1', 14_000],
  ],
  used: [],
  usedElsewhere: 0,
};

const own = { setting: 'the limit of this api key', amount: 5, level: 0, waitMs: 900 } as const;

const decision = (waited: WaitRecord | undefined, more: Partial<Decision> = {}): Decision => ({
  id: 'id-1',
  at: 0,
  group: 'gpt',
  policy: 'p',
  tenant: 'master/ann',
  status: 200,
  totalMs: 14_400,
  queueMs: 11_200,
  ...(waited && { wait: waited }),
  candidates: ['PJ2'],
  levels: [null],
  out: [],
  attempts: [{ deployment: 'PJ2', startMs: 11_200, firstMs: 14_300, endMs: 14_400, outcome: 'ok' }],
  ...more,
});

const { pool: _, ...turn } = wait;

test.each<[string, WaitRecord | undefined]>([
  ['PJ2 tokens behind master/batch-X', wait],
  ['PJ2 tokens', { ...wait, ahead: [] }],
  ['PJ2 requests behind master/batch-X', { ...wait, dimension: 'requests' }],
  ['PJ2 input tokens behind master/batch-X', { ...wait, dimension: 'input' }],
  ['a free place at PJ2 behind master/batch-X', { ...wait, dimension: 'parallel' }],
  ['key/1/m tokens behind master/batch-X', { ...wait, room: [] }],
  // There was room, for those who came first.
  ['gpt tokens behind master/batch-X', { ...turn, room: [] }],
  ['gpt tokens behind master/batch-X', turn],
  ['requests under the limit of this api key', { ...wait, own: { ...own, dimension: 'requests' } }],
  [
    'a free place under the limit of this api key',
    { ...turn, own: { ...own, dimension: 'parallel' } },
  ],
  ['quota', undefined],
])('a request that waited says what for, and behind whom: %s', (what, waited) => {
  expect(decisionSentences({ decision: decision(waited) })[0]).toBe(
    `At 00:00:00 UTC a request for gpt was served by PJ2 in 14.4 s: 11.2 s waiting for ${what}, 3.1 s until its first content, 100 ms until its end.`,
  );
});

test('so does one that waited in vain', () => {
  const inVain = decision(wait, { status: 429, attempts: [], totalMs: 11_200 });
  expect(decisionSentences({ decision: inVain })[0]).toBe(
    'At 00:00:00 UTC a request for gpt was refused with 429, after 11.2 s: 11.2 s waiting for PJ2 tokens behind master/batch-X.',
  );
});

test('what is known from before this was noted is said as it was', () => {
  const { dimension: __, ...before } = wait;
  const [first, , , third] = decisionSentences({ decision: decision(before) });
  expect(first).toContain('11.2 s waiting for PJ2 quota behind master/batch-X');
  expect(third).toBe('What it waited for was the pool key/1/m.');
});
