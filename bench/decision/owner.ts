/** The product's owner of the balance, and requests of many kinds that ask it. */
import type { AdmitRequest } from '#balancer/admit.ts';
import { Estimator } from '#balancer/estimate.ts';
import type { Member } from '#balancer/member.ts';
import { createPolicy } from '#balancer/policies/index.ts';
import { Pool } from '#balancer/pool.ts';
import type { Clock } from '#core/clock.ts';
import { seededRandom } from '#core/random.ts';
import { Ledger } from '#ledger/ledger.ts';
import { MemoryOwner } from '#shared/memory.ts';

const MINUTE_MS = 60_000;

/** One vendor's rules, as all its deployments share them. */
const charge: Member['charge'] = ({ inputTokens, maxOutputTokens, expectedOutputTokens }) => ({
  requests: 1,
  tokens: inputTokens + (maxOutputTokens ?? expectedOutputTokens),
});
const settle: Member['settle'] = (charged, spent) =>
  spent ? { requests: 1, tokens: spent.inputTokens + spent.outputTokens } : charged;

/** Each draws from its project and its organisation, and each of these has three limits. */
const memberOf = (i: number): Member => ({
  name: `deployment-${i}`,
  group: 'group',
  model: 'model',
  accounts: [`organisation-${i}`, `project-${i}`],
  charge,
  settle,
});

/** Of which a gateway of `places` has as many. */
export const PLACES = 'places';

/** `tokens`: what each deployment may use per minute. `places`: calls under way that there may be. */
export const openOwner = (
  clock: Clock,
  of: { readonly deployments: number; readonly tokens: number; readonly places?: number },
): MemoryOwner => {
  const members = Array.from({ length: of.deployments }, (_, i) => memberOf(i));
  const ledger = new Ledger();
  const limits = [
    { dimension: 'requests', amount: of.tokens, windowMs: MINUTE_MS },
    { dimension: 'tokens', amount: of.tokens, windowMs: MINUTE_MS },
    { dimension: 'tokens', amount: of.tokens * 1_000, windowMs: 1_440 * MINUTE_MS },
  ] as const;
  for (const account of members.flatMap(({ accounts }) => accounts))
    for (const limit of limits)
      ledger.limit(account, { ...limit, refill: 'linear' }, { source: 'config', now: clock.now() });
  if (of.places !== undefined) {
    const places = { dimension: 'parallel', amount: of.places, windowMs: 0 } as const;
    ledger.limit(PLACES, { ...places, refill: 'fixed' }, { source: 'config', now: clock.now() });
  }
  const estimator = new Estimator();
  const pool = new Pool(members, { clock, ledger, estimator });
  const queue = {
    maxRequests: Infinity,
    maxBytes: Infinity,
    tenantShare: 1,
    batchShare: 0.1,
    beforeFallbackMs: 0,
  };
  const policy = createPolicy('quota-aware', {});
  return new MemoryOwner({
    clock,
    ledger,
    estimator,
    pool,
    policy,
    queue,
    random: seededRandom(1),
  });
};

const NOBODY: ReadonlySet<string> = new Set();

/** The `i`th request: of many sizes, from 50 keys with 4 users each; one in five is a batch's. */
export const requestOf = (i: number, now: number): AdmitRequest => ({
  groups: ['group'],
  tried: NOBODY,
  demand: {
    ascii: 400 + ((i * 7_919) % 8_000),
    wide: 0,
    marks: 0,
    images: 0,
    choices: 1,
    maxOutputTokens: 256,
  },
  tenant: { key: `key-${i % 50}`, user: `user-${(i >> 3) % 4}` },
  priority: i % 5 === 0 ? 'batch' : 'interactive',
  arrivedAt: now,
  waitUntil: now + 3_600_000,
  signal: new AbortController().signal,
  stream: false,
  bytes: 1_000,
});
