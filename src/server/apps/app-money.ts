import { SpillwayError } from '#core/errors.ts';
import { newCallId } from '#core/ids.ts';
import { APP_MODEL } from '#gateway/app-models.ts';
import { checkMoney } from '#gateway/billing.ts';
import type { GatewayCall, GatewayDeps } from '#gateway/call.ts';
import { recordRefusedCall } from '#gateway/refusals.ts';
import type { Pass } from '#keys/pass.ts';

export interface AppRunAsked {
  readonly app: NonNullable<GatewayCall['app']>;
  /** Whose run it is, as the app's callers name them. */
  readonly user: string;
  /** Of the virtual key that pays for it. Throws where that opens nothing any more. */
  readonly pass: () => Pass | undefined;
}

/**
 * Throws SpillwayError `over_budget` where whoever pays for an app has nothing left, and writes that
 * down: before a node runs. Anything else that speaks against them is said to its calls of models.
 */
export const checkAppMoney = (
  deps: GatewayDeps,
  { app, user, pass: passNow }: AppRunAsked,
): void => {
  const call = callOf(deps, { app, user });
  let pass: Pass | undefined;
  try {
    pass = passNow();
    checkMoney(deps, { ...call, ...(pass && { pass }) }, APP_MODEL + app.name);
  } catch (thrown) {
    const error = SpillwayError.from(thrown);
    if (error.code !== 'over_budget') return;
    recordRefusedCall(deps, call, { error, ...(pass && { pass }) });
    throw error;
  }
};

const callOf = (
  { clock }: GatewayDeps,
  { app, user }: Pick<AppRunAsked, 'app' | 'user'>,
): GatewayCall => ({
  id: newCallId(),
  arrivedAt: clock.now(),
  wallMs: clock.wall(),
  body: { model: APP_MODEL + app.name },
  signal: new AbortController().signal,
  progress: {},
  tenant: { key: `app:${app.id}`, user },
  app,
  priority: 'interactive',
  bytes: 0,
});
