import { Health } from '#balancer/health.ts';
import type { Member } from '#balancer/member.ts';
import type { OutlierRules } from '#balancer/outlier.ts';
import type { QuotaView } from '#balancer/quota-view.ts';
import type { LoadedConfig } from '#config/loaded.ts';
import type { Clock } from '#core/clock.ts';
import type { Log } from '#core/log.ts';
import type { Random } from '#core/random.ts';
import { healthAlert } from '#server/health-alert.ts';

export interface HealthGiven {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** The balance as it stands, once there is one. */
  readonly quota: () => QuotaView;
}

/** Who is left out for failures as the config has it; what happens to them is logged. */
export const createHealth = (
  config: LoadedConfig,
  members: readonly Member[],
  { clock, random, log, quota }: HealthGiven,
): Health => {
  const health: Health = new Health(members, {
    clock,
    random,
    rules: (deployment) => rulesOf(config, deployment),
    report(news) {
      const isRefused = (name: string): boolean => health.view(name)?.isRefused ?? false;
      const { level, fields, text } = healthAlert(news, { config, view: quota(), isRefused });
      log[level](fields, text);
    },
  });
  return health;
};

const rulesOf = (
  { routing, deployments }: LoadedConfig,
  deployment: string,
): OutlierRules | undefined => {
  const { disableCooldowns, allowedFails, allowedFailsPolicy } = routing;
  if (disableCooldowns) return undefined;
  const own = deployments.find(({ name }) => name === deployment);
  const cooldownMs = own?.cooldownMs ?? routing.cooldownMs;
  const allowed = allowedFailsPolicy.default ?? allowedFails;
  return {
    allowedOf: allowedFailsPolicy,
    ...(allowed !== undefined && { allowed }),
    ...(cooldownMs !== undefined && { cooldownMs }),
  };
};
