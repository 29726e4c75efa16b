import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Row, RowHealth } from '#balancer/eligible.ts';
import { createPolicy } from '#balancer/policies/index.ts';
import { UNMEASURED } from '#balancer/policies/policy.conformance.ts';
import { type Routed, type RouteRequest, route } from '#balancer/route.ts';
import { seededRandom } from '#core/random.ts';

const policy = createPolicy('least-busy', {});

const out = { state: 'out', why: 'ejected', failedAgoMs: 10, backMs: 4_000 } as const;
const probe = { state: 'probe', why: 'probed', failedAgoMs: 10 } as const;
const warming = { state: 'warming', why: 'back', failedAgoMs: 10, share: 0.25 } as const;

const rowsOf = (rows: Record<string, Partial<Row>>): Row[] =>
  Object.entries(rows).map(([name, row]) => ({ ...UNMEASURED, waitMs: 0, ...row, name }));

const ask = (rows: Record<string, Partial<Row>>, request: Partial<RouteRequest> = {}): Routed =>
  route({ rows: rowsOf(rows), tried: new Set(), policy, random: seededRandom(1), ...request });

const reasons = (routed: Routed) =>
  Object.fromEntries(routed.out.map(({ name, reason }) => [name, reason]));

describe('route', () => {
  it('lets the policy choose among those that can take the request now', () => {
    const routed = ask({ a: { inFlight: 2 }, b: { inFlight: 1 }, c: { waitMs: 10 } });
    expect(routed).toMatchObject({ choice: 'b', candidates: ['a', 'b'], earliestMs: 0 });
    expect(routed.out).toEqual([
      { name: 'c', reason: 'wait', why: 'has room in 10 ms', waitMs: 10 },
    ]);
  });

  it('says when the first of those that would do has room', () => {
    const rows = {
      a: { waitMs: 900 },
      b: { waitMs: 300.2 },
      c: { waitMs: 5, health: out },
    };
    const routed = ask({ ...rows, d: { waitMs: 1 } }, { tried: new Set(['d']) });
    expect(routed).toMatchObject({ choice: undefined, earliestMs: 300.2, tooLarge: false });
    expect(routed.out.map(({ name, why }) => `${name}: ${why}`)).toEqual([
      'd: tried',
      'c: ejected',
      'a: has room in 900 ms',
      'b: has room in 301 ms',
    ]);
  });

  it('tells a request that no limit can ever hold from one that has to wait', () => {
    expect(ask({ a: { waitMs: Infinity }, b: { waitMs: Infinity } })).toMatchObject({
      tooLarge: true,
      earliestMs: Infinity,
    });
    expect(ask({ a: { waitMs: Infinity }, b: { waitMs: 5 } }).tooLarge).toBe(false);
    expect(ask({}).tooLarge).toBe(false);
  });

  it('asks a later order only when no earlier one can take the request now', () => {
    const rows = { a: { order: 1 }, b: { order: 2 }, c: {} };
    expect(reasons(ask(rows))).toEqual({ b: 'order', c: 'order' });
    const later = ask({ ...rows, a: { order: 1, waitMs: 700 } });
    expect(later).toMatchObject({ choice: 'b', earliestMs: 0, betterMs: 700 });
    const last = ask({ a: { order: 1, waitMs: 700 }, b: { order: 2, waitMs: 90 }, c: {} });
    expect(last).toMatchObject({ choice: 'c', betterMs: 90 });
    expect(ask({ ...rows, b: { order: 2, waitMs: 5 } })).toMatchObject({
      choice: 'a',
      betterMs: Infinity,
    });
  });

  it('leaves out what cannot do what the request needs; what is not known may', () => {
    const rows = {
      small: { contextTokens: 8_000 },
      large: { contextTokens: 128_000, abilities: { tools: false } },
      fit: { contextTokens: 128_000, abilities: { tools: true } },
      unknown: {},
    };
    const needs = { contextTokens: 9_000, abilities: ['tools', 'vision'] };
    const routed = ask(rows, { needs });
    expect(reasons(routed)).toEqual({ small: 'context', large: 'ability' });
    expect(routed.out.map(({ why }) => why)).toEqual(['reads 8000 tokens', 'cannot do tools']);
    expect(routed.candidates).toEqual(['fit', 'unknown']);
  });

  it('keeps to a region, and does not guess one', () => {
    const rows = { a: { region: 'eu' }, b: { region: 'us' }, c: {} };
    expect(ask(rows, { needs: { region: 'eu' } }).candidates).toEqual(['a']);
  });

  it('asks nothing else of a deployment that is called by its name', () => {
    const rows = { a: {}, b: { tags: ['x'], order: 9, contextTokens: 1 } };
    const pinned = {
      pinned: 'b',
      needs: { contextTokens: 5, region: 'eu' },
      tags: { tags: ['y'], match: 'any' as const },
    };
    expect(ask(rows, pinned)).toMatchObject({ choice: 'b', candidates: ['b'] });
    expect(reasons(ask(rows, pinned))).toEqual({ a: 'pinned' });
    expect(reasons(ask(rows, { pinned: 'b', tried: new Set(['b']) }))).toMatchObject({
      b: 'tried',
    });
    expect(ask({ b: { waitMs: 40 } }, { pinned: 'b' }).earliestMs).toBe(40);
    expect(ask({ a: {}, b: { health: out } }, { pinned: 'b' }).choice).toBe('b');
  });

  it('waits for the one that holds the state rather than asking another', () => {
    const routed = ask({ a: {}, b: { waitMs: 50 } }, { sticky: 'b' });
    expect(routed).toMatchObject({ choice: undefined, earliestMs: 50 });
    expect(reasons(routed)).toEqual({ a: 'sticky', b: 'wait' });
    expect(ask({ a: {}, b: { health: out } }, { sticky: 'b' }).choice).toBe('b');
  });
});

describe('a row whose room is for another request', () => {
  const held = { held: 'kept for one that waits longer' };

  it('is not used, and is no reason to come back at a certain time', () => {
    const routed = ask({ a: held, b: { ...held, waitMs: 5 } });
    expect(routed).toMatchObject({ choice: undefined, earliestMs: Infinity, tooLarge: false });
    expect(reasons(routed)).toEqual({ a: 'held', b: 'held' });
    expect(ask({ a: held, b: { waitMs: 70 } }).earliestMs).toBe(70);
  });

  it('still decides where the request belongs', () => {
    const tagged = { a: { ...held, tags: ['x'] }, b: { tags: ['default'] } };
    expect(reasons(ask(tagged, { tags: { tags: ['x'], match: 'any' } }))).toEqual({
      a: 'held',
      b: 'tags',
    });
    expect(ask({ a: { ...held, order: 1 }, b: { order: 2 } })).toMatchObject({
      choice: 'b',
      betterMs: 0,
    });
  });
});

describe('tags', () => {
  const rows = {
    free: { tags: ['free'] },
    paid: { tags: ['paid', 'eu'] },
    standard: { tags: ['default'] },
    plain: {},
  };
  const allowed = (tags: string[], match: 'any' | 'all' = 'any', over = {}) =>
    ask({ ...rows, ...over }, { tags: { tags, match } }).candidates;

  it('go to those with a common tag, else to the default', () => {
    expect(allowed(['free', 'eu'])).toEqual(['free', 'paid']);
    expect(allowed(['other'])).toEqual(['standard']);
    expect(allowed([])).toEqual(['standard']);
  });

  it('may all be needed', () => {
    expect(allowed(['paid', 'eu'], 'all')).toEqual(['paid']);
    expect(allowed(['paid', 'free'], 'all')).toEqual(['standard']);
  });

  it('go nowhere without a default, and anywhere without tags', () => {
    const over = { standard: { tags: ['special'] } };
    expect(allowed(['other'], 'any', over)).toEqual([]);
    expect(allowed([], 'any', over)).toEqual(['free', 'paid', 'standard', 'plain']);
    const routed = ask({ plain: {} }, { tags: { tags: ['other'], match: 'any' } });
    expect(reasons(routed)).toEqual({ plain: 'tags' });
  });

  it('wait for their own deployment, and leave it when it is ejected', () => {
    expect(allowed(['free'], 'any', { free: { tags: ['free'], waitMs: 9 } })).toEqual([]);
    const ejected = { free: { tags: ['free'], health: out } };
    expect(allowed(['free'], 'any', ejected)).toEqual(['standard']);
  });

  it('are looked at only when they are to be', () => {
    expect(ask(rows).candidates).toHaveLength(4);
  });
});

describe('health', () => {
  const panic = { ...out, failedAgoMs: 900 };

  it('leaves out who fails while somebody is well, even if that one has no room', () => {
    expect(ask({ a: { health: out }, b: { inFlight: 9 } })).toMatchObject({ choice: 'b' });
    const waiting = ask({ a: { health: out }, b: { waitMs: 9_000 } });
    // Whoever waits looks again when the other one may be probed.
    expect(waiting).toMatchObject({ choice: undefined, earliestMs: 4_000, tooLarge: false });
    expect(reasons(waiting)).toEqual({ a: 'unusable', b: 'wait' });
  });

  it('never leaves out the last one: the longest without a failure is asked, a refused key last', () => {
    const rows = {
      a: { health: out },
      b: { health: panic },
      c: { health: { ...out, failedAgoMs: 5 } },
    };
    expect(ask(rows)).toMatchObject({ choice: 'b', candidates: ['b'] });
    const refused = { health: { ...panic, isRefused: true } };
    expect(ask({ a: { health: out }, b: refused }).choice).toBe('a');
    expect(ask({ b: refused }).choice).toBe('b');
    // Well, but parked for the day.
    expect(ask({ a: { health: out }, b: { waitMs: 7_200_000 } }).choice).toBe('a');
  });

  it('may leave out everybody where another group stands in, but for a probe that is due', () => {
    const away = { retryable: true, hasFallback: true };
    expect(ask({ a: { health: out }, b: { health: panic } }, away)).toMatchObject({
      choice: undefined,
      earliestMs: Infinity,
      tooLarge: false,
    });
    expect(ask({ a: { health: out }, b: { health: probe } }, away).choice).toBe('b');
  });

  it('rather comes back to one that is well and has failed this request than ask one that always fails', () => {
    const routed = ask({ a: { health: out }, b: {} }, { tried: new Set(['b']) });
    expect(routed).toMatchObject({ choice: undefined, earliestMs: Infinity });
    expect(reasons(routed)).toEqual({ a: 'unusable', b: 'tried' });
  });

  it('probes by a request that can be sent again, and by no other', () => {
    const rows = { a: { health: probe, inFlight: 5 }, b: {} };
    expect(ask(rows, { retryable: true }).choice).toBe('a');
    expect(ask(rows).choice).toBe('b');
    expect(
      ask({ a: { health: probe, order: 2 }, b: { order: 1 } }, { retryable: true }),
    ).toMatchObject({
      choice: 'b',
    });
    expect(ask({ a: { health: probe, waitMs: 5 }, b: {} }, { retryable: true }).choice).toBe('b');
  });

  it('offers one that is just back to its share of the requests', () => {
    const rows = { a: { health: warming }, b: { inFlight: 3 } };
    const draws = seededRandom(7);
    const chosen = Array.from({ length: 2_000 }, () => ask(rows, { random: draws }).choice);
    const part = chosen.filter((name) => name === 'a').length / chosen.length;
    expect(part).toBeCloseTo(0.25, 1);
    expect(ask({ a: { health: warming }, b: { waitMs: 3 } }, { random: () => 0.99 }).choice).toBe(
      'a',
    );
    expect(reasons(ask(rows, { random: () => 0.99 }))).toEqual({ a: 'warming' });
  });

  it('does not keep a tagged request from the default when its own deployment fails', () => {
    const rows = { own: { tags: ['x'], health: out }, standard: { tags: ['default'] } };
    expect(ask(rows, { tags: { tags: ['x'], match: 'any' } }).choice).toBe('standard');
    const alone = { own: { tags: ['x'], health: out }, other: { tags: ['y'] } };
    expect(ask(alone, { tags: { tags: ['x'], match: 'any' } }).choice).toBe('own');
  });

  it('never makes a request fail that it could have served', () => {
    fc.assert(
      fc.property(fc.array(anyRow, { maxLength: 6 }), fc.boolean(), (given, retryable) => {
        const rows = given.map(({ held: _, ...row }, i) => ({ ...row, name: `d${i}` }));
        const healthy = rows.map(({ health: _, ...row }) => row);
        const of = { tried: new Set<string>(), policy, random: () => 0.5, retryable };
        const routed = route({ ...of, rows });
        const ideal = route({ ...of, rows: healthy });
        // It goes now or is told when, as far as it would if all were well.
        expect(routed.earliestMs < Infinity).toBe(ideal.earliestMs < Infinity);
      }),
    );
  });
});

it('spares no room of an earlier order where a later one has some', () => {
  const limit = (perMinute: number, level: number) =>
    ({ dimension: 'requests', perMinute, capacity: 10, level, cost: 1 }) as const;
  const rows = {
    dear: { order: 1, quota: [limit(1, 1)] },
    cheap: { order: 1, quota: [limit(400, 0)], waitMs: 40 },
  };
  expect(ask(rows, { patienceMs: 10_000 }).cheaper?.name).toBe('cheap');
  const spare = ask({ ...rows, spare: {} }, { patienceMs: 10_000 });
  expect(spare).toMatchObject({ choice: 'dear', cheaper: undefined });
});

const anyRow: fc.Arbitrary<Omit<Row, 'name'>> = fc
  .record(
    {
      waitMs: fc.oneof(fc.constant(0), fc.constant(Infinity), fc.nat(1000)),
      health: fc.constantFrom<RowHealth>(out, { ...out, isRefused: true }, probe, warming),
      held: fc.constant('kept'),
      order: fc.nat(2),
      tags: fc.subarray(['a', 'b', 'default']),
      contextTokens: fc.integer({ min: 1, max: 20 }),
    },
    { requiredKeys: ['waitMs'] },
  )
  .map((row) => ({ ...UNMEASURED, ...row }));

it('accounts for every row once, and chooses only what can take the request', () => {
  fc.assert(
    fc.property(
      fc.array(anyRow, { maxLength: 8 }),
      fc.option(fc.subarray(['a', 'b']), { nil: undefined }),
      fc.nat(20),
      fc.boolean(),
      (given, wanted, contextTokens, retryable) => {
        const rows = given.map((row, i) => ({ ...row, name: `d${i}` }));
        const routed = route({
          rows,
          tried: new Set(['d3']),
          retryable,
          needs: { contextTokens },
          ...(wanted && { tags: { tags: wanted, match: 'any' } }),
          policy,
          random: () => 0.5,
        });
        const named = [...routed.candidates, ...routed.out.map(({ name }) => name)];
        expect(named.toSorted()).toEqual(rows.map(({ name }) => name));
        expect(routed.choice === undefined).toBe(routed.candidates.length === 0);
        expect(routed.earliestMs === 0).toBe(routed.choice !== undefined);
        if (routed.tooLarge) expect(routed.out.every(({ reason }) => reason !== 'wait')).toBe(true);
        for (const row of rows.filter(({ name }) => routed.candidates.includes(name))) {
          expect(row).toMatchObject({ waitMs: 0 });
          expect(row.held).toBeUndefined();
        }
      },
    ),
  );
});
