import type { CreateContender } from './contender.ts';
import {
  RESTARTED,
  RESTARTED_SCENARIOS,
  ARTICLE,
  ARTICLE_REFUSALS,
  ARTICLE_SCENARIOS,
  QUOTA_AWARE,
} from './bars.ts';
import { leastBusy } from './litellm/least-busy.ts';
import { roundRobin } from './litellm/round-robin.ts';
import { litellm } from './litellm/router.ts';
import { rpmShuffle, uniformShuffle } from './litellm/simple-shuffle.ts';
import { usageBasedV2 } from './litellm/usage-based-routing-v2.ts';
import { oracle } from './oracle.ts';
import { restarted } from './restarted.ts';
import { spillway } from './spillway.ts';

export interface Entry {
  readonly name: string;
  readonly create: CreateContender;
  /** Whether it sees one key with all the limits instead of the scenario's own. */
  readonly isPooled?: boolean;
  /** Where it runs; everywhere unless said. */
  readonly scenarios?: readonly string[];
  /** Earlier or later than the scenario says, for those that have to learn. */
  readonly measuredFromMs?: number;
  /** Whether it only serves to reproduce published figures. */
  readonly isVariant?: boolean;
}

/** A gateway that has to learn limits has done so by then, ms. */
const LEARNED_MS = 60_000;

export const ORACLE: Entry = { name: 'oracle', create: oracle, isPooled: true };

/** LiteLLM's strategies, each in its router; the oracle; and settings of LiteLLM's that people try. */
export const CONTENDERS: readonly Entry[] = [
  {
    name: QUOTA_AWARE,
    create: spillway({ policy: 'quota-aware', isStated: true, hasHeaders: true }),
  },
  {
    name: RESTARTED,
    create: restarted({ policy: 'quota-aware', isStated: true, hasHeaders: true }),
    scenarios: RESTARTED_SCENARIOS,
  },
  {
    name: ARTICLE,
    create: spillway({ policy: 'simple-shuffle', isStated: false, hasHeaders: true }),
    measuredFromMs: LEARNED_MS,
    scenarios: ARTICLE_SCENARIOS,
  },
  {
    name: ARTICLE_REFUSALS,
    create: spillway({ policy: 'simple-shuffle', isStated: false, hasHeaders: false }),
    measuredFromMs: LEARNED_MS,
    scenarios: ARTICLE_SCENARIOS,
  },
  { name: 'simple-shuffle', create: litellm(uniformShuffle) },
  { name: 'simple-shuffle by rpm', create: litellm(rpmShuffle) },
  { name: 'usage-based-routing-v2', create: litellm(usageBasedV2) },
  { name: 'least-busy', create: litellm(leastBusy) },
  { name: 'round-robin', create: litellm(roundRobin) },
  ORACLE,
  {
    name: 'by rpm, cooldown = retry-after',
    create: litellm(rpmShuffle, { cooldownS: 'retry-after' }),
    isVariant: true,
  },
  { name: 'by rpm, no cooldown', create: litellm(rpmShuffle, { cooldownS: 0 }), isVariant: true },
  { name: 'by rpm, 5 retries', create: litellm(rpmShuffle, { retries: 5 }), isVariant: true },
  {
    name: 'by rpm, cooldown 60 s',
    create: litellm(rpmShuffle, { cooldownS: 60 }),
    isVariant: true,
  },
];
