import { describe, expect, it } from 'vitest';
import type { FailureKind } from '#balancer/classify.ts';
import { Health, type HealthNews } from '#balancer/health.ts';
import type { Member } from '#balancer/member.ts';
import type { OutlierRules } from '#balancer/outlier.ts';
import { VirtualClock } from '#core/virtual-clock.ts';
import { member } from '#shared/test-kit.ts';

const ward = (members: readonly Member[], rules: OutlierRules | 'nobody' = {}) => {
  const clock = new VirtualClock();
  const news: HealthNews[] = [];
  const report = (one: HealthNews): void => void news.push(one);
  const health = new Health(members, {
    clock,
    random: () => 0.5,
    rules: () => (rules === 'nobody' ? undefined : rules),
    report,
  });
  const fail = (name: string, kind: FailureKind, times = 1) => {
    for (let i = 0; i < times; i++) health.failed(health.started(name)!, kind);
  };
  const answer = (name: string) => health.answered(health.started(name)!);
  const state = (name: string) => health.view(name)?.state;
  return { clock, news, health, fail, answer, state };
};

describe('what is no sign of bad health', () => {
  it('is a limit, a bill, or the caller', () => {
    const { fail, state, news } = ward([member('a')]);
    const kinds = [
      'minute-quota',
      'day-quota',
      'too-large',
      'invalid',
      'content',
      'not-found',
    ] as const;
    for (const kind of kinds) fail('a', kind, 50);
    expect(state('a')).toBeUndefined();
    expect(news).toEqual([]);
  });

  it('is anything, where the config wants nobody left out', () => {
    const { health } = ward([member('a')], 'nobody');
    expect(health.started('a')).toBeUndefined();
    expect(health.view('a')).toBeUndefined();
  });
});

describe('a deployment that fails', () => {
  it('is left out, probed, and brought back; each is told once', async () => {
    const { clock, fail, answer, state, news } = ward([member('a'), member('b')]);
    fail('a', 'capacity', 5);
    expect([state('a'), state('b')]).toEqual(['out', undefined]);
    await clock.advance(5_000);
    expect(state('a')).toBe('probe');
    expect(answer('a')).toBe(false);
    expect(answer('a')).toBe(true);
    expect(news).toEqual([
      { what: 'ejected', deployment: 'a', forMs: 5_000 },
      { what: 'returned', deployment: 'a' },
    ]);
  });

  it('takes its host with it when several models there fail', () => {
    const at = (name: string, model: string, host = 'h') => member(name, { model, host });
    const members = [
      at('a1', 'a'),
      at('a2', 'a'),
      at('b', 'b'),
      at('c', 'c'),
      at('d', 'd'),
      at('e', 'e', 'elsewhere'),
    ];
    const { fail, state, news } = ward(members);
    for (const name of ['a1', 'a2', 'b']) fail(name, 'connect', 5);
    expect(state('d')).toBeUndefined();
    fail('c', 'connect', 5);
    expect([state('d'), state('e')]).toEqual(['out', undefined]);
    expect(news.at(-1)).toEqual({ what: 'host-ejected', host: 'h', deployments: ['d'] });
  });

  it('gets a small share when its traffic grew too fast', () => {
    const { fail, health } = ward([member('a')]);
    fail('a', 'ramp');
    expect(health.view('a')).toMatchObject({ state: 'warming', share: 0.1 });
  });
});

describe('a key that is refused', () => {
  const shared = [
    member('a1', { credential: 'k' }),
    member('a2', { credential: 'k', group: 'other' }),
    member('b', { credential: 'l' }),
  ];

  it('leaves out all deployments that have it, until one call in five minutes is answered', async () => {
    const { clock, fail, answer, state, news, health } = ward(shared);
    fail('a1', 'auth');
    fail('a1', 'auth');
    expect([state('a1'), state('a2'), state('b')]).toEqual(['out', 'out', undefined]);
    expect(news).toEqual([{ what: 'key-refused', deployments: ['a1', 'a2'] }]);
    await clock.advance(300_000);
    expect([state('a1'), state('a2')]).toEqual(['probe', 'probe']);
    const probe = health.started('a1')!;
    expect(state('a2')).toBe('out');
    health.failed(probe, 'auth');
    await clock.advance(299_999);
    expect(state('a1')).toBe('out');
    await clock.advance(1);
    expect(answer('a2')).toBe(true);
    expect([state('a1'), state('a2')]).toEqual([undefined, undefined]);
    expect(news.map(({ what }) => what)).toEqual(['key-refused', 'key-accepted']);
  });

  it('is believed at once when it is none, and after three times when it may not do something', () => {
    const { fail, answer, state } = ward(shared);
    fail('a1', 'forbidden', 2);
    answer('a1');
    fail('a1', 'forbidden', 2);
    expect(state('a1')).toBeUndefined();
    fail('a1', 'forbidden');
    // What it may not do may be this model's alone.
    expect([state('a1'), state('a2')]).toEqual(['out', undefined]);
  });

  it('is not accepted by an answer that began before it was refused', async () => {
    const { clock, health, fail, state } = ward(shared);
    const early = health.started('a1')!;
    await clock.advance(10);
    fail('a1', 'auth');
    health.answered(early);
    expect(state('a1')).toBe('out');
  });

  it('is tried again when its probe said nothing of it', async () => {
    const { clock, fail, state } = ward(shared);
    fail('a1', 'auth');
    await clock.advance(300_000);
    fail('a1', 'minute-quota');
    expect(state('a1')).toBe('probe');
  });
});

it('tells once an hour that somebody has to pay', async () => {
  const { clock, fail, news } = ward([member('a')]);
  fail('a', 'money', 3);
  await clock.advance(3_600_000);
  fail('a', 'money');
  expect(news).toEqual([
    { what: 'unpaid', deployment: 'a' },
    { what: 'unpaid', deployment: 'a' },
  ]);
});
