import type { AdmitRequest } from '#balancer/admit.ts';
import { Estimator } from '#balancer/estimate.ts';
import { Health, type HealthNews } from '#balancer/health.ts';
import type { OutlierRules } from '#balancer/outlier.ts';
import type { Member } from '#balancer/member.ts';
import { createPolicy } from '#balancer/policies/index.ts';
import { Pool } from '#balancer/pool.ts';
import { type Log, silentLog } from '#core/log.ts';
import { seededRandom } from '#core/random.ts';
import { VirtualClock } from '#core/virtual-clock.ts';
import { Ledger } from '#ledger/ledger.ts';
import { MemoryOwner } from '#shared/memory.ts';
import type { QueueLimits } from '#shared/queue-limits.ts';

const QUEUE: QueueLimits = {
  maxRequests: 10_000,
  maxBytes: 1_000_000,
  tenantShare: 1,
  batchShare: 0.1,
  beforeFallbackMs: 0,
};

/** A deployment whose account has its name, charged for its prompt and its bound. */
export const member = (name: string, more: Partial<Member> = {}): Member => ({
  name,
  group: 'g',
  model: 'm',
  accounts: [name],
  charge: ({ inputTokens, maxOutputTokens = 0 }) => ({
    requests: 1,
    tokens: inputTokens + maxOutputTokens,
  }),
  settle: (charged) => charged,
  ...more,
});

/** An owner on a clock that stands still, with a ledger that spends all it has. */
export const createTestOwner = (
  members: readonly Member[],
  given: Partial<QueueLimits> & { policy?: string; rules?: OutlierRules } = {},
  log: Log = silentLog,
) => {
  const { policy = 'quota-aware', rules = {}, ...queue } = given;
  const clock = new VirtualClock();
  const ledger = new Ledger({ floor: 0 });
  const estimator = new Estimator();
  const random = seededRandom(1);
  const news: HealthNews[] = [];
  const report = (one: HealthNews): void => void news.push(one);
  const health = new Health(members, { clock, random, rules: () => rules, report });
  const pool = new Pool(members, { clock, ledger, estimator, health });
  const owner = new MemoryOwner({
    clock,
    ledger,
    estimator,
    pool,
    random,
    log,
    policy: createPolicy(policy, {}),
    queue: { ...QUEUE, ...queue },
  });
  return { clock, ledger, pool, health, news, owner, random };
};

/** A small request that may wait for half a minute. */
export const request = (
  clock: VirtualClock,
  more: Partial<AdmitRequest> = {},
): Omit<AdmitRequest, 'tried' | 'signal'> => ({
  groups: ['g'],
  demand: { ascii: 400, wide: 0, marks: 0, images: 0, choices: 1 },
  tenant: { key: 'k', user: '' },
  priority: 'interactive',
  arrivedAt: clock.now(),
  waitUntil: clock.now() + 30_000,
  stream: false,
  bytes: 400,
  ...more,
});
