import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DecisionBuilder } from '#balancer/decision.ts';
import type { Row } from '#balancer/eligible.ts';
import type { LinePlace } from '#balancer/explanation.ts';
import { levelRecord } from '#balancer/level-record.ts';
import type { Routed } from '#balancer/route.ts';
import { SpillwayError } from '#core/errors.ts';

const name = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constant('\u{1}'.repeat(300)),
);
/** As large as a number of any field can be. */
const HUGE = {
  place: {
    requests: 1e9,
    aheadTokens: 1e14,
    weight: 1e14,
    usedElsewhere: 1e14,
    predictedMs: Infinity,
    leftMs: 86_400_000,
  },
  limit: { perMinute: 1e14, capacity: 1e15, level: -1e14, cost: 1e14 },
  refusal: {
    windowMs: 86_400_000,
    limit: 1e15,
    used: 1e15,
    requested: 1e15,
    retryMs: 86_399_999.99,
  },
};

const callId = fc.stringMatching(/^[\w.:-]{1,128}$/);
const routed = fc.record({
  choice: name,
  candidates: fc.array(name, { maxLength: 200 }),
  out: fc.array(fc.record({ name, why: name, reason: fc.constant('tried' as const) }), {
    maxLength: 200,
  }),
});

const row = (name: string, quota: Row['quota'] = []): Row => ({
  name,
  quota,
  inFlight: 0,
  waitMs: 0,
  minute: { requests: 0, tokens: 0 },
  runCalls: 0,
  cachedTokens: 0,
});

const routedOf = (
  from: Pick<Routed, 'choice' | 'candidates' | 'out'>,
  rows: readonly Row[] = from.candidates.map((each) => row(each)),
): Routed => ({
  ...from,
  levels: rows.map(levelRecord),
  earliestMs: Infinity,
  betterMs: Infinity,
  tooLarge: false,
});

const place = (more: Partial<LinePlace> = {}): LinePlace => ({
  requests: 3,
  tokens: 900,
  aheadTokens: 700.4,
  ahead: [
    { key: 'k', user: 'ann', tokens: 500 },
    { key: 'l', user: '', tokens: 200.4 },
  ],
  weight: 120,
  accounts: ['key/1/m'],
  dimension: 'tokens',
  used: [{ key: 'l', user: '', requests: 4, tokens: 9_000 }],
  usedElsewhere: 1_000,
  predictedMs: 4_200.7,
  leftMs: 30_000,
  ...more,
});

describe('a decision', () => {
  test('says who could, who could not and why, what was chosen and what was tried', () => {
    const decision = new DecisionBuilder('id-1', 'gpt', { policy: 'shuffle', arrivedMs: 100 });
    const out = [{ name: 'PJ3', why: 'tried', reason: 'tried' as const }];
    decision.admitted({
      queueMs: 20.4,
      routed: routedOf({ choice: 'PJ1', candidates: ['PJ1', 'PJ2'], out }),
    });
    decision.attemptStarted('PJ1', 120.44);
    decision.attemptFailed('minute-quota', 429, 130);
    decision.attemptStarted('PJ2', 131);
    decision.firstContent(140);
    decision.ended('ok', 200, 150);
    expect(JSON.parse(JSON.stringify(decision))).toEqual({
      id: 'id-1',
      at: 0,
      group: 'gpt',
      policy: 'shuffle',
      tenant: '',
      status: 200,
      totalMs: 50,
      queueMs: 20,
      candidates: ['PJ1', 'PJ2'],
      levels: [null, null],
      out: ['PJ3: tried'],
      attempts: [
        { deployment: 'PJ1', startMs: 20.4, outcome: 'minute-quota', status: 429, endMs: 30 },
        { deployment: 'PJ2', startMs: 31, firstMs: 40, outcome: 'ok', status: 200, endMs: 50 },
      ],
    });
    expect(decision.summary()).toBe('shuffle chose PJ1 of PJ1 PJ2; out 1');
  });

  test('says what it waited for and behind whom, where it waited longest', () => {
    const arrival = { policy: 'p', arrivedMs: 0, wallMs: 1_000.4, tenant: { key: 'k', user: 'u' } };
    const decision = new DecisionBuilder('id-1', 'gpt', arrival);
    const out = [
      { name: 'PJ2', why: 'has room in 900 ms', reason: 'wait' as const, waitMs: 899.5 },
      { name: 'PJ1', why: 'has room in 400 ms', reason: 'wait' as const, waitMs: 400 },
    ];
    const full = routedOf({ choice: undefined, candidates: [], out });
    decision.waits(place(), full);
    const quota = [
      { dimension: 'requests', perMinute: 500, capacity: 500, level: 400, cost: 1 },
      { dimension: 'tokens', perMinute: 30_000, capacity: 30_000, level: 200.9, cost: 120 },
    ] as const;
    const from = { choice: 'PJ1', candidates: ['PJ1'], out: [] };
    decision.admitted({ queueMs: 4_000, routed: routedOf(from, [row('PJ1', quota)]) });
    decision.attemptStarted('PJ1', 4_000);
    decision.refused({ class: 'minute', dimension: 'tokens', limit: 30_000, retryMs: 70 });
    decision.attemptFailed('minute-quota', 429, 4_100);
    decision.waits(place({ weight: 999, leftMs: Infinity }), full);
    decision.admitted({ queueMs: 70, routed: routedOf(from, [row('PJ1', quota)]) });
    decision.failed(new SpillwayError('rate_limited', 'No more.'), 4_200);
    decision.counted({ inputTokens: 12, outputTokens: 34 });
    expect(decision.error).toBe('No more.');
    expect(decision.toJSON()).toMatchObject({
      at: 1_000,
      tenant: 'k/u',
      status: 429,
      totalMs: 4_200,
      tokensIn: 12,
      tokensOut: 34,
      queueMs: 4_070,
      levels: [['tokens', 200, 30_000]],
      wait: {
        weight: 120,
        predictedMs: 4_201,
        leftMs: 30_000,
        requests: 3,
        aheadTokens: 700,
        ahead: [
          ['k/ann', 500],
          ['l', 200],
        ],
        pool: 'key/1/m',
        dimension: 'tokens',
        room: [
          ['PJ1', 400],
          ['PJ2', 900],
        ],
        used: [['l', 9_000]],
        usedElsewhere: 1_000,
      },
      attempts: [{ refusal: { class: 'minute', dimension: 'tokens', limit: 30_000 } }],
    });
  });

  test('takes at most 1 KB, and its summary is fit for a header', () => {
    fc.assert(
      fc.property(
        callId,
        name,
        routed,
        fc.array(name, { maxLength: 20 }),
        (id, group, from, tried) => {
          const tenant = { key: group, user: group };
          const known = { policy: 'usage-based-routing-v2', arrivedMs: 0, wallMs: 2e12, tenant };
          const decision = new DecisionBuilder(id, group, known);
          const quota = [{ ...HUGE.limit, dimension: 'requests' as const }];
          const rows = from.candidates.map((each) => row(each, quota));
          const named = from.candidates.map((key) => ({
            ...tenant,
            key,
            requests: 1e12,
            tokens: 1e14,
          }));
          const waits = { ...HUGE.place, ahead: named, used: named, accounts: from.candidates };
          decision.waits(place(waits), routedOf(from, rows));
          decision.admitted({ queueMs: 123_456.7, routed: routedOf(from, rows) });
          for (const deployment of tried) {
            decision.attemptStarted(deployment, 123_456.7);
            decision.firstContent(123_456.7);
            decision.refused({ class: 'minute', dimension: 'requests', ...HUGE.refusal });
            decision.attemptFailed('minute-quota', 429, 123_456.7);
          }
          decision.counted({ inputTokens: 1e12, outputTokens: 1e12 });
          decision.failed(new SpillwayError('rate_limited', group), 123_456.7);
          expect(Buffer.byteLength(JSON.stringify(decision))).toBeLessThanOrEqual(1024);
          expect(decision.summary()).toMatch(/^[\x20-\x7e]{0,400}$/);
        },
      ),
    );
  });
});
