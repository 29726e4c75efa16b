import { auditRoutes } from '#gateway/admin/audit.ts';
import { budgetRoutes } from '#gateway/admin/budgets.ts';
import type { AnyControlRoute } from '#gateway/admin/control-route.ts';
import { customerRoutes } from '#gateway/admin/customers.ts';
import { dailyActivityRoutes } from '#gateway/admin/daily-activity.ts';
import { globalActivityRoutes } from '#gateway/admin/global-activity.ts';
import { globalSpendRoutes } from '#gateway/admin/global-spend.ts';
import { keyRoutes } from '#gateway/admin/keys.ts';
import { manyKeysRoutes } from '#gateway/admin/many-keys.ts';
import { manyUsersRoutes } from '#gateway/admin/many-users.ts';
import { purgeRoutes } from '#gateway/admin/purge.ts';
import { type PricesOf, spendRoutes } from '#gateway/admin/spend.ts';
import { teamPermissionRoutes } from '#gateway/admin/team-permissions.ts';
import { teamRoutes } from '#gateway/admin/teams.ts';
import { userRoutes } from '#gateway/admin/users.ts';
import { whoami } from '#gateway/admin/whoami.ts';
import type { Registry } from '#keys/registry.ts';

const OF_REGISTRY = [
  keyRoutes,
  manyKeysRoutes,
  userRoutes,
  manyUsersRoutes,
  teamRoutes,
  teamPermissionRoutes,
  customerRoutes,
  budgetRoutes,
  globalSpendRoutes,
  globalActivityRoutes,
  dailyActivityRoutes,
  auditRoutes,
  purgeRoutes,
];

/** Every route of the control plane; those for keys, people and money where they are kept. */
export const controlRoutes = (kept?: {
  readonly registry: Registry;
  readonly prices: PricesOf;
}): readonly AnyControlRoute[] => [
  whoami,
  ...(kept
    ? [
        ...OF_REGISTRY.flatMap((routes) => routes(kept.registry)),
        ...spendRoutes(kept.registry, kept.prices),
      ]
    : []),
];
