import { createTurns } from '#core/turns.ts';
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

/** Those that change who may do what. */
const OF_OBJECTS = [
  keyRoutes,
  manyKeysRoutes,
  userRoutes,
  manyUsersRoutes,
  teamRoutes,
  teamPermissionRoutes,
  customerRoutes,
  budgetRoutes,
];

const OF_REGISTRY = [
  globalSpendRoutes,
  globalActivityRoutes,
  dailyActivityRoutes,
  auditRoutes,
  purgeRoutes,
];

/** Asked with a body, and they change nothing: they wait for nobody's change. */
const LOOKS: ReadonlySet<string> = new Set(['/v2/key/info', '/key/health', '/budget/info']);

/**
 * A change starts from what it has read, and writes some time later: two at once would undo each other,
 * or make the same thing twice.
 */
const oneAfterAnother = (routes: readonly AnyControlRoute[]): readonly AnyControlRoute[] => {
  const inTurn = createTurns();
  return routes.map((route) =>
    route.method === 'get' || LOOKS.has(route.path)
      ? route
      : { ...route, serve: (call) => inTurn(async () => route.serve(call)) },
  );
};

/** Every route of the control plane; those for keys, people and money where they are kept. */
export const controlRoutes = (kept?: {
  readonly registry: Registry;
  readonly prices: PricesOf;
}): readonly AnyControlRoute[] => [
  whoami,
  ...(kept
    ? [
        ...oneAfterAnother(OF_OBJECTS.flatMap((routes) => routes(kept.registry))),
        ...OF_REGISTRY.flatMap((routes) => routes(kept.registry)),
        ...spendRoutes(kept.registry, kept.prices),
      ]
    : []),
];
