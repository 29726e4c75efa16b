import fc from 'fast-check';
import type { Priority, Tenant } from '#balancer/admit.ts';
import type { FailureKind } from '#balancer/classify.ts';
import type { Demand } from '#balancer/estimate.ts';
import type { Member } from '#balancer/member.ts';
import type { Limit } from '#ledger/limit.ts';
import type { QueueLimits } from '#shared/queue-limits.ts';

/** What a deployment of a played world is made of. */
export interface Place extends Pick<Member, 'name' | 'group' | 'model' | 'accounts'> {
  readonly order?: number;
  /** Whether its vendor limits what goes in and what comes out apart. */
  readonly isSplit: boolean;
  /** Whether its model takes no pictures. */
  readonly isBlind?: boolean;
}

/** How a vendor limits an account in truth, and how it refuses. */
export interface Wall {
  readonly account: string;
  readonly perWindow: number;
  readonly windowMs: number;
  readonly says: 'numbers' | 'time' | 'nothing';
  /** Answers tell what is left. */
  readonly isOpen: boolean;
}

/** How calls of a request end at their vendor, unless it refuses them. */
export interface Course {
  readonly ms: number;
  readonly end: 'done' | 'uncounted' | 'abandoned' | FailureKind;
  /** By how much its size had been misjudged. */
  readonly ratio: number;
  readonly again: 'done' | 'abandoned' | FailureKind;
}

export interface Visit {
  readonly at: number;
  readonly groups: readonly [string, ...string[]];
  readonly tenant: Tenant;
  readonly priority: Priority;
  readonly demand: Demand;
  readonly patienceMs: number;
  readonly bytes: number;
  readonly run: string | undefined;
  readonly affinity: string | undefined;
  readonly pinned: string | undefined;
  /** Whether it shows a picture. */
  readonly shows?: boolean;
  /** When its caller hangs up, ms after it came. */
  readonly hangsUpAfterMs: number | undefined;
  readonly course: Course;
}

/** The time of this process leaps. */
export interface Leap {
  readonly at: number;
  readonly ms: number;
  readonly clock: 'wall' | 'monotonic';
}

export interface World {
  readonly places: readonly Place[];
  readonly limits: readonly { readonly account: string; readonly limit: Limit }[];
  readonly walls: readonly Wall[];
  readonly queue: QueueLimits;
  readonly policy: string;
  readonly visits: readonly Visit[];
  readonly leaps: readonly Leap[];
  readonly seed: number;
}

const FAILURES: readonly FailureKind[] = [
  'connect',
  'reset',
  'timeout',
  'minute-quota',
  'capacity',
  'auth',
  'broken',
  'content',
  'invalid',
];

const accounts = fc.constantFrom<[string, ...string[]]>(
  ['own'],
  ['own'],
  ['organisation', 'own'],
  ['organisation', 'project', 'own'],
  ['project'],
);

const place = fc.record(
  {
    group: fc.constantFrom('g', 'g', 'g', 'h'),
    model: fc.constantFrom('m', 'n'),
    accounts,
    isSplit: fc.boolean(),
    order: fc.constantFrom(1, 2),
    isBlind: fc.boolean(),
  },
  { requiredKeys: ['group', 'model', 'accounts', 'isSplit'] },
);

/** Its own account is its alone; the others are the world's. */
const named = <Some extends Pick<Place, 'group' | 'accounts'>>(some: Some, i: number) => ({
  ...some,
  name: `d${i}`,
  group: i === 0 ? 'g' : some.group,
  accounts: some.accounts.map((name) => (name === 'own' ? `d${i}` : name)) as [string, ...string[]],
});

const shape = fc.oneof(
  fc.constant({ refill: 'linear' as const }),
  fc.constant({ refill: 'linear' as const, burstMs: 100 }),
  fc.constant({ refill: 'sliding' as const }),
  fc.constant({ refill: 'fixed' as const }),
  fc
    .integer({ min: -5_000, max: 5_000 })
    .map((startsAt) => ({ refill: 'fixed' as const, startsAt })),
);

const windowMs = fc.constantFrom(1_000, 7_000, 60_000);

const limit: fc.Arbitrary<Limit> = fc.oneof(
  fc
    .tuple(
      fc.oneof(
        fc.record({
          dimension: fc.constant('requests' as const),
          amount: fc.integer({ min: 1, max: 12 }),
        }),
        fc.record({
          dimension: fc.constantFrom('tokens', 'input', 'output'),
          amount: fc.integer({ min: 50, max: 4_000 }),
        }),
      ),
      windowMs,
      shape,
    )
    .map(([what, windowMs, shape]) => ({ ...what, windowMs, ...shape })),
  fc.integer({ min: 1, max: 4 }).map((amount) => ({
    dimension: 'parallel' as const,
    amount,
    windowMs: 0,
    refill: 'fixed' as const,
  })),
);

const accountOf = (count: number): fc.Arbitrary<string> =>
  fc.constantFrom('organisation', 'project', ...Array.from({ length: count }, (_, i) => `d${i}`));

const wall = (count: number): fc.Arbitrary<Wall> =>
  fc.record({
    account: accountOf(count),
    perWindow: fc.integer({ min: 1, max: 10 }),
    windowMs: fc.constantFrom(1_000, 10_000),
    says: fc.constantFrom('numbers', 'time', 'nothing'),
    isOpen: fc.boolean(),
  });

const demand: fc.Arbitrary<Demand> = fc.record(
  {
    ascii: fc.oneof(fc.nat(400), fc.nat(6_000)),
    wide: fc.constantFrom(0, 0, 300),
    marks: fc.constantFrom(0, 0, 1_000),
    images: fc.constantFrom(0, 0, 0, 1),
    choices: fc.constantFrom(1, 1, 1, 2),
    maxOutputTokens: fc.integer({ min: 1, max: 600 }),
  },
  { requiredKeys: ['ascii', 'wide', 'marks', 'images', 'choices'] },
);

const course: fc.Arbitrary<Course> = fc.record({
  ms: fc.oneof(fc.constant(0), fc.nat(3_000)),
  end: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('done', 'uncounted', 'abandoned') },
    { weight: 1, arbitrary: fc.constantFrom(...FAILURES) },
  ),
  ratio: fc.constantFrom(0.3, 1, 2),
  again: fc.constantFrom('done', 'abandoned', ...FAILURES),
});

/** One in so many has it. */
const rarely = <T>(some: fc.Arbitrary<T>, oneIn: number): fc.Arbitrary<T | undefined> =>
  fc.option(some, { nil: undefined, freq: oneIn });

const visit = (count: number): fc.Arbitrary<Visit> =>
  fc.record({
    at: fc.oneof(fc.constantFrom(0, 1, 2_000), fc.nat(3_000), fc.nat(30_000)),
    groups: fc.oneof(
      { weight: 8, arbitrary: fc.constant<Visit['groups']>(['g']) },
      { weight: 1, arbitrary: fc.constant<Visit['groups']>(['h']) },
      { weight: 1, arbitrary: fc.constant<Visit['groups']>(['g', 'h']) },
    ),
    tenant: fc.record({ key: fc.constantFrom('k', 'l', 'm'), user: fc.constantFrom('', 'u', 'v') }),
    priority: fc.constantFrom('interactive', 'interactive', 'batch'),
    demand,
    patienceMs: fc.constantFrom(0, 500, 30_000, 120_000),
    bytes: fc.integer({ min: 1, max: 1_000 }),
    run: rarely(fc.constantFrom('r', 's'), 4),
    affinity: rarely(fc.constantFrom('a', 'b'), 4),
    pinned: rarely(
      fc.nat(count - 1).map((i) => `d${i}`),
      10,
    ),
    shows: fc.constantFrom(false, false, false, true),
    hangsUpAfterMs: rarely(fc.oneof(fc.nat(50), fc.nat(20_000)), 5),
    course,
  });

const queue: fc.Arbitrary<QueueLimits> = fc.record({
  maxRequests: fc.constantFrom(3, 20, 1_000),
  maxBytes: fc.constantFrom(2_000, 1_000_000),
  tenantShare: fc.constantFrom(0.34, 1),
  batchShare: fc.constantFrom(0, 0.1, 0.5),
  beforeFallbackMs: fc.constantFrom(0, 0, 300),
});

const leaps: fc.Arbitrary<readonly Leap[]> = fc.array(
  fc.record({
    at: fc.nat(40_000),
    ms: fc.oneof(fc.integer({ min: -90_000, max: 90_000 }), fc.constantFrom(-1, 1, 86_400_000)),
    clock: fc.constantFrom('wall', 'monotonic'),
  }),
  { maxLength: 4 },
);

/**
 * Worlds of one to six deployments whose accounts are nested and shared, with limits of every kind,
 * vendors that limit otherwise than is stated, and callers of every patience. In times that do not
 * leap `leaps` is empty.
 */
export const worlds = (of: { readonly leaps: boolean }): fc.Arbitrary<World> =>
  fc.integer({ min: 1, max: 6 }).chain((count) =>
    fc.record({
      places: fc
        .array(place, { minLength: count, maxLength: count })
        .map((places) => places.map(named)),
      limits: fc.array(fc.record({ account: accountOf(count), limit }), {
        maxLength: 8,
        size: 'max',
      }),
      walls: fc.array(wall(count), { maxLength: 3 }),
      queue,
      policy: fc.constantFrom('quota-aware', 'quota-aware', 'simple-shuffle', 'least-busy'),
      visits: fc.array(visit(count), { minLength: 1, maxLength: 50, size: 'max' }),
      leaps: of.leaps ? leaps : fc.constant([]),
      seed: fc.integer(),
    }),
  );

/** Whom nothing distinguishes. */
const PLAIN: Visit = {
  at: 0,
  groups: ['g'],
  tenant: { key: 'k', user: '' },
  priority: 'interactive',
  demand: { ascii: 400, wide: 0, marks: 0, images: 0, choices: 1, maxOutputTokens: 1 },
  patienceMs: 120_000,
  bytes: 1,
  run: undefined,
  affinity: undefined,
  pinned: undefined,
  hangsUpAfterMs: undefined,
  course: { ms: 100, end: 'uncounted', ratio: 1, again: 'done' },
};

const SECOND = { dimension: 'tokens', amount: 1_000, windowMs: 1_000, refill: 'linear' } as const;

/** A world in which each of these accounts gives a thousand tokens a second. */
const plainWorld = (
  places: readonly (readonly [string, ...string[]])[],
  visits: readonly Visit[],
): World => ({
  places: places.map((accounts, i) => ({
    name: `d${i}`,
    group: 'g',
    model: 'm',
    accounts,
    isSplit: false,
  })),
  limits: [...new Set(places.flat())].map((account) => ({ account, limit: SECOND })),
  walls: [],
  queue: {
    maxRequests: 10_000,
    maxBytes: 1_000_000,
    tenantShare: 1,
    batchShare: 0.1,
    beforeFallbackMs: 0,
  },
  policy: 'quota-aware',
  visits,
  leaps: [],
  seed: 1,
});

/** Worlds of one account in which several keys, and several users of each, ask for all that they want at once. */
export const backlogs: fc.Arbitrary<World> = fc
  .array(
    fc.record({
      key: fc.constantFrom('k', 'l', 'm'),
      user: fc.constantFrom('u', 'v'),
      ascii: fc.oneof(fc.nat(400), fc.nat(3_000)),
      // Whoever hangs up at once leaves room that nobody has waited for.
      hangsUpAfterMs: rarely(fc.integer({ min: 1, max: 20_000 }), 6),
    }),
    { minLength: 10, maxLength: 60, size: 'max' },
  )
  .map((visits) =>
    plainWorld(
      [['a']],
      visits.map(({ key, user, ascii, hangsUpAfterMs }) => ({
        ...PLAIN,
        tenant: { key, user },
        demand: { ...PLAIN.demand, ascii },
        hangsUpAfterMs,
      })),
    ),
  );

/**
 * Long lines of one key for the only one that sees; behind them others come who may have both, or
 * name the one that they mean.
 */
export const longLines: fc.Arbitrary<World> = fc
  .array(
    fc.record({
      at: fc.nat(20_000),
      ascii: fc.oneof(fc.nat(400), fc.nat(3_000)),
      pinned: fc.constantFrom(undefined, 'd0', 'd1'),
    }),
    { minLength: 5, maxLength: 30, size: 'max' },
  )
  .map((others) => {
    const shown = Array.from({ length: 100 }, (_, i) => ({
      ...PLAIN,
      shows: true,
      demand: { ...PLAIN.demand, ascii: 1_000 + 7 * i },
    }));
    const behind = others.map(({ at, ascii, pinned }) => ({
      ...PLAIN,
      at,
      patienceMs: 150_000,
      demand: { ...PLAIN.demand, ascii },
      pinned,
    }));
    const world = plainWorld([['a'], ['b']], [...shown, ...behind]);
    const [seeing, other] = world.places;
    return { ...world, places: [seeing!, { ...other!, isBlind: true }] };
  });

/** One large request among small ones, of which twice as many keep coming as there is room for. */
export const crowd = (
  places: readonly (readonly [string, ...string[]])[],
  pinned: string | undefined,
): World => {
  const small = Array.from({ length: 400 }, (_, i) => ({
    ...PLAIN,
    at: 50 * i,
    tenant: { key: `k${i % 3}`, user: '' },
    pinned: `d${i % places.length}`,
  }));
  const demand = { ...PLAIN.demand, ascii: 3_000 };
  const tenant = { key: LARGE, user: '' };
  return plainWorld(places, [...small, { ...PLAIN, at: 5_000, demand, tenant, pinned }]);
};

/** The key of the large request of a crowd. */
export const LARGE = 'large';
