import type { LoadedConfig } from '#config/loaded.ts';
import { createControlPlane } from '#gateway/admin/control-plane.ts';
import type { AnyControlRoute } from '#gateway/admin/control-route.ts';
import { controlRoutes } from '#gateway/admin/routes.ts';
import { createHandler, type HttpHandler, knockOfRequest } from '#gateway/handle.ts';
import { createAuthenticate } from '#keys/authenticate.ts';
import { principalOf } from '#keys/principal.ts';
import type { Gateway } from '#server/gateway.ts';

/** Everything that is answered at the port: models' paths, and the control plane beside them. */
export const createFront = (
  gateway: Gateway,
  { masterKey, keyHeader }: Pick<LoadedConfig, 'masterKey' | 'keyHeader'>,
  more: readonly AnyControlRoute[] = [],
): HttpHandler => {
  const { clock, accounts } = gateway;
  const authenticate = createAuthenticate({
    clock,
    ...(masterKey !== undefined && { masterKey }),
    ...(keyHeader !== undefined && { keyHeader }),
    ...(accounts && { ring: accounts.ring }),
  });
  const control = createControlPlane(
    { gateway, identify: (req) => principalOf(authenticate(knockOfRequest(req))) },
    [...controlRoutes(accounts), ...more],
  );
  return createHandler(gateway, authenticate, control);
};
