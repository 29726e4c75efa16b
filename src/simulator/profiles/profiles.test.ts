import { describe, expect, test } from 'vitest';
import type { Refusal } from '#simulator/admission.ts';
import { createBucket } from '#simulator/bucket.ts';
import { internal, tooLarge, unauthorized, unknownModel } from '#simulator/complaints.ts';
import { DAY_MS, DIMENSIONS, type Limit, MINUTE_MS } from '#simulator/limit.ts';
import { profileNamed, profileNames } from '#simulator/profiles/index.ts';
import type { ErrorAnswer } from '#simulator/profiles/profile.ts';

const caller = { organisation: 'org-one', project: 'one', model: 'a-model' };
const answered = { requestId: 'req_1', elapsedMs: 12.5, organisation: 'org-one' };
const windows = [1000, MINUTE_MS, 3_600_000, DAY_MS];
const limits: Limit[] = DIMENSIONS.flatMap((dimension) =>
  windows.map((windowMs) => ({
    scope: 'project',
    dimension,
    limit: 1000,
    windowMs,
    refill: 'linear',
  })),
);
const refusals: Refusal[] = limits.flatMap((limit) => [
  { ...limit, used: 990, requested: 20, waitMs: 5289 },
  { ...limit, used: 0, requested: 1001, waitMs: Infinity },
]);

/** Nothing that a program forgot to fill in, nothing that HTTP cannot carry. */
const expectSound = (answer: ErrorAnswer): void => {
  expect(answer.status).toBeGreaterThanOrEqual(400);
  const text = JSON.stringify([answer.headers, answer.body]);
  expect(text).not.toMatch(/NaN|Infinity|undefined|\[object/);
  expectHeaders(answer.headers);
};
const expectHeaders = (headers: Readonly<Record<string, string>>): void => {
  for (const [name, value] of Object.entries(headers)) {
    expect(name).toMatch(/^[a-z][a-z0-9-]*$/);
    expect(value).toMatch(/^[\x20-\x7e]+$/);
    expect(value).not.toMatch(/NaN|Infinity|undefined|\[object/);
  }
};

describe.each(profileNames)('the profile %s', (name) => {
  const profile = profileNamed(name);

  test('goes by its name and has a model', () => {
    expect(profile.name).toBe(name);
    expect(profile.models.length).toBeGreaterThan(0);
  });

  test('refuses for every limit, and gives no wait to a call that is larger than its limit', () => {
    for (const refusal of refusals) {
      const answer = profile.refused(refusal, caller);
      expectSound(answer);
      if (refusal.waitMs === Infinity) expect(answer.headers).not.toHaveProperty('retry-after');
      else expect([429, 498]).toContain(answer.status);
    }
  });

  test('says every other no', () => {
    for (const complaint of [unauthorized(undefined), unknownModel('m'), internal(), tooLarge(5)])
      expectSound(profile.complain(complaint));
    expectSound(profile.unpaid(caller));
    expectSound(profile.tooFast(12_345, caller));
  });

  test('gives away no key', () => {
    const key = 'sk-abcdefghijklmnopqrstuvwxyz';
    const said = JSON.stringify(profile.complain(unauthorized(key)));
    expect(said).not.toContain('abcdefgh');
  });

  test('tells limits in headers that HTTP can carry', () => {
    const gauges = limits.map((limit) => {
      const bucket = createBucket(limit);
      bucket.take(10, 0);
      return bucket.gauge(0);
    });
    const telling = { wallMs: 1_700_000_000_000, charged: { requests: 1, tokens: 10 } };
    expectHeaders(profile.limitHeaders(gauges, telling));
    expectHeaders(profile.limitHeaders([], telling));
    expectHeaders(profile.baseHeaders(answered));
  });

  test('has limits for each of the words', () => {
    expect(profile.limits({})).toEqual([]);
    const stated = { rpm: 60, rpd: 1000, tpm: 6000, tpd: 100_000, otpm: 3000 };
    const meant = profile.limits(stated);
    expect(meant.length).toBeGreaterThanOrEqual(Object.keys(stated).length);
    for (const limit of meant) expect(Number.isInteger(limit.limit)).toBe(true);
  });
});
