import { SpillwayError } from '#core/errors.ts';
import { EventClock } from '#core/event-clock.ts';
import type { Json } from '#core/json.ts';
import { silentLog } from '#core/log.ts';
import { seededRandom } from '#core/random.ts';
import type { LoadedConfig } from '#config/loaded.ts';
import { type Assumed, assumeLimits, type KnownLimits } from '#plan/assumed-limits.ts';
import { replay } from '#plan/replay.ts';
import { type PlanSummary, summarise } from '#plan/summary.ts';
import type { Traffic } from '#plan/traffic.ts';
import type { Environment } from '#server/env.ts';
import { createGateway } from '#server/gateway.ts';
import { membersOf } from '#server/members.ts';
import { version } from '#server/version.ts';

/** One config's replay: a column of a report. */
export interface PlanColumn {
  readonly title: string;
  readonly limits: readonly KnownLimits[];
  readonly summary: PlanSummary;
}

/** Longer than any window that comes back: learned limits are full when the replay begins, ms. */
const LONG_AGO_MS = 2 * 86_400_000;

/** A log against a config, in virtual time. Throws SpillwayError where nothing is known of any limit. */
export const planColumn = async (
  of: {
    readonly title: string;
    readonly config: LoadedConfig;
    readonly environment: Environment;
    readonly traffic: Traffic;
    /** What a ledger had learned, as it saves it. */
    readonly learned: Json | undefined;
  },
  assumed: Assumed,
): Promise<PlanColumn> => {
  const { title, config, environment, traffic, learned } = of;
  const clock = new EventClock(traffic.requests[0]!.wallMs);
  const random = seededRandom(1);
  const world = { clock, random, log: silentLog, environment, version: version() };
  const gateway = createGateway(config, world);
  const { ledger } = gateway.balance;
  if (learned !== undefined) ledger.restore(learned, { elapsedMs: LONG_AGO_MS, now: clock.now() });
  const members = membersOf(config, clock.wall());
  const limits = assumeLimits(ledger, members, assumed);
  if (limits.every(({ perMinute }) => perMinute.length === 0)) throw noLimits();
  const tally = await replay({ clock, gateway, members }, traffic.requests);
  await gateway.close();
  return { title, limits, summary: summarise(tally, ledger, clock.now()) };
};

const noLimits = (): SpillwayError =>
  new SpillwayError(
    'config_invalid',
    'No limit is known, so that nothing would ever wait. Say what each key has with ' +
      '--rpm and --tpm, point --data-dir at a gateway that has learned its limits, or state them ' +
      'under spillway_settings.quota_pools.',
  );
