import type { LoadedConfig } from '#config/loaded.ts';
import { createControlPlane } from '#gateway/admin/control-plane.ts';
import type { AnyControlRoute } from '#gateway/admin/control-route.ts';
import { controlRoutes } from '#gateway/admin/routes.ts';
import { createHandler, type HttpHandler, knockOfRequest } from '#gateway/handle.ts';
import { type Authenticate, createAuthenticate } from '#keys/authenticate.ts';
import { principalOf } from '#keys/principal.ts';
import type { Gateway } from '#server/gateway.ts';

type Keys = Pick<LoadedConfig, 'masterKey' | 'keyHeader'>;

/** Everything that is answered at the port: models' paths, and the control plane beside them. */
export const createFront = (
  gateway: Gateway,
  keys: Keys,
  more: readonly AnyControlRoute[] = [],
): HttpHandler => {
  const authenticate = authenticateOf(gateway, keys);
  const control = createControlPlane(
    { gateway, identify: (req) => principalOf(authenticate(knockOfRequest(req))) },
    [...controlRoutes(gateway.accounts), ...more],
  );
  return createHandler(gateway, authenticate, control);
};

/** The models' paths alone, where the rest has a port of its own. */
export const createDataFront = (gateway: Gateway, keys: Keys): HttpHandler =>
  createHandler(gateway, authenticateOf(gateway, keys));

const authenticateOf = (
  { clock, accounts }: Gateway,
  { masterKey, keyHeader }: Keys,
): Authenticate =>
  createAuthenticate({
    clock,
    ...(masterKey !== undefined && { masterKey }),
    ...(keyHeader !== undefined && { keyHeader }),
    ...(accounts && { ring: accounts.ring }),
  });
