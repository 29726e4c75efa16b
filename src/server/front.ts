import type { IncomingMessage } from 'node:http';
import type { LoadedConfig } from '#config/loaded.ts';
import { lazily } from '#core/lazily.ts';
import type { AnyControlRoute } from '#gateway/admin/control-route.ts';
import { createHandler, type HttpHandler, knockOfRequest } from '#gateway/handle.ts';
import type { HttpCall } from '#gateway/http-call.ts';
import { type Authenticate, createAuthenticate } from '#keys/authenticate.ts';
import { withRouteRules } from '#keys/entrance.ts';
import { type Principal, principalOf } from '#keys/principal.ts';
import type { Gateway } from '#server/gateway.ts';

type Keys = Pick<LoadedConfig, 'masterKey' | 'keyHeader'> & Partial<Pick<LoadedConfig, 'entrance'>>;

/** Routes of the control plane that others bring. */
export type MoreRoutes = () => Promise<readonly AnyControlRoute[]>;

/**
 * Everything that is answered at the port: models' paths, and the control plane beside them. That is
 * loaded for whoever first asks for it: where nobody does, it would only fill memory.
 */
export const createFront = (
  gateway: Gateway,
  keys: Keys,
  more: MoreRoutes = async () => [],
): HttpHandler => {
  const authenticate = authenticateOf(gateway, keys);
  const identify = (req: IncomingMessage, path: string): Principal =>
    principalOf(authenticate({ ...knockOfRequest(req, gateway.settings), path }));
  const control = lazily(async () => {
    const [{ createControlPlane }, { controlRoutes }, theirs] = await Promise.all([
      import('#gateway/admin/control-plane.ts'),
      import('#gateway/admin/routes.ts'),
      more(),
    ]);
    const routes = [...controlRoutes(gateway.accounts), ...theirs];
    return createControlPlane({ gateway, identify }, routes);
  });
  const serve = async (http: HttpCall): Promise<void> => (await control()).serve(http);
  return createHandler(gateway, authenticate, { serve });
};

/** The models' paths alone, where the rest has a port of its own. */
export const createDataFront = (gateway: Gateway, keys: Keys): HttpHandler =>
  createHandler(gateway, authenticateOf(gateway, keys));

const authenticateOf = (
  { clock, accounts }: Gateway,
  { masterKey, keyHeader, entrance = {} }: Keys,
): Authenticate =>
  withRouteRules(
    createAuthenticate({
      clock,
      ...(masterKey !== undefined && { masterKey }),
      ...(keyHeader !== undefined && { keyHeader }),
      ...(accounts && { ring: accounts.ring }),
    }),
    entrance,
  );
