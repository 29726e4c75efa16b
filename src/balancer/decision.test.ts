import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Admission } from '#balancer/admit.ts';
import { DecisionBuilder } from '#balancer/decision.ts';
import type { Routed } from '#balancer/route.ts';

const name = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constant('\u{1}'.repeat(300)),
);
const callId = fc.stringMatching(/^[\w.:-]{1,128}$/);
const routed = fc.record({
  choice: name,
  candidates: fc.array(name, { maxLength: 200 }),
  out: fc.array(fc.record({ name, why: name, reason: fc.constant('tried' as const) }), {
    maxLength: 200,
  }),
});

const admission = (
  from: Pick<Routed, 'choice' | 'candidates' | 'out'>,
  queueMs: number,
): Admission => ({
  queueMs,
  routed: { ...from, earliestMs: Infinity, betterMs: Infinity, tooLarge: false },
});

describe('a decision', () => {
  test('says who could, who could not and why, what was chosen and what was tried', () => {
    const decision = new DecisionBuilder('id-1', 'gpt', { policy: 'shuffle', arrivedMs: 100 });
    const out = [{ name: 'PJ3', why: 'tried', reason: 'tried' as const }];
    decision.admitted(admission({ choice: 'PJ1', candidates: ['PJ1', 'PJ2'], out }, 20.4));
    decision.attemptStarted('PJ1', 120.44);
    decision.attemptFailed('minute-quota', 429, 130);
    decision.attemptStarted('PJ2', 131);
    decision.firstContent(140);
    decision.ended('ok', 200, 150);
    expect(JSON.parse(JSON.stringify(decision))).toEqual({
      id: 'id-1',
      group: 'gpt',
      policy: 'shuffle',
      queueMs: 20,
      candidates: ['PJ1', 'PJ2'],
      out: ['PJ3: tried'],
      attempts: [
        { deployment: 'PJ1', startMs: 20.4, outcome: 'minute-quota', status: 429, endMs: 30 },
        { deployment: 'PJ2', startMs: 31, firstMs: 40, outcome: 'ok', status: 200, endMs: 50 },
      ],
    });
    expect(decision.summary()).toBe('shuffle chose PJ1 of PJ1 PJ2; out 1');
  });

  test('takes at most 1 KB, and its summary is fit for a header', () => {
    fc.assert(
      fc.property(
        callId,
        name,
        routed,
        fc.array(name, { maxLength: 20 }),
        (id, group, from, tried) => {
          const known = { policy: 'quota-aware', arrivedMs: 0 };
          const decision = new DecisionBuilder(id, group, known);
          decision.admitted(admission(from, 123_456.7));
          for (const deployment of tried) {
            decision.attemptStarted(deployment, 123_456.7);
            decision.firstContent(123_456.7);
            decision.attemptFailed('minute-quota', 429, 123_456.7);
          }
          expect(Buffer.byteLength(JSON.stringify(decision))).toBeLessThanOrEqual(1024);
          expect(decision.summary()).toMatch(/^[\x20-\x7e]{0,400}$/);
        },
      ),
    );
  });
});
