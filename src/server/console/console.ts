import type { AnyControlRoute } from '#gateway/admin/control-route.ts';
import { consoleRoutes } from '#gateway/console/routes.ts';
import type { SceneDesk, SimulatorDesk } from '#gateway/console/deps.ts';
import type { Sessions } from '#keys/sessions.ts';
import { type ConfigSource, createConfigDesk } from '#server/console/config-desk.ts';
import { modelsOf } from '#server/console/models-desk.ts';
import { createPlanDesk } from '#server/console/plan-desk.ts';
import type { Gateway } from '#server/gateway.ts';

export interface ConsoleOptions {
  readonly gateway: Gateway;
  readonly source: ConfigSource;
  /** The master key, where there is one. */
  readonly masterKey?: string | undefined;
  /** Where the vendor is played in this process: then nothing can be lost, and nobody is asked for a key. */
  readonly simulator?: SimulatorDesk | undefined;
  readonly scene?: SceneDesk | undefined;
}

/** The console's part of the API, over a gateway that serves. */
export const routesOf = (
  options: ConsoleOptions,
  sessions: Sessions,
): readonly AnyControlRoute[] => {
  const { gateway, source, simulator, scene } = options;
  const { balance, clock, decisions, traffic } = gateway;
  return consoleRoutes({
    gateway,
    sessions,
    traffic,
    ...(gateway.accounts && { registry: gateway.accounts.registry }),
    currency: gateway.config.currency,
    models: () => modelsOf(gateway.config, balance.members),
    pause: (deployment, isPaused) => balance.owner.pause(deployment, isPaused),
    config: createConfigDesk(source),
    plan: createPlanDesk({
      config: source,
      variables: source.environment.variables,
      decisions,
      learned: () => balance.ledger.snapshot(clock.now()),
    }),
    ...(scene && { scene }),
    ...(simulator && { simulator }),
  });
};
