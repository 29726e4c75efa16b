import type { AnyControlRoute } from '#gateway/admin/control-route.ts';
import { type ControlPlane, createControlPlane } from '#gateway/admin/control-plane.ts';
import { controlRoutes } from '#gateway/admin/routes.ts';
import type { GatewayDeps } from '#gateway/call.ts';
import type { Authenticate } from '#keys/authenticate.ts';

/** What is mounted beside the models' paths: whoever has the master key may do everything. */
export const createControl = (
  gateway: GatewayDeps,
  authenticate: Authenticate,
  more: readonly AnyControlRoute[] = [],
): ControlPlane =>
  createControlPlane(
    {
      gateway,
      identify({ headers }) {
        authenticate(headers);
        return { role: 'proxy_admin' };
      },
    },
    [...controlRoutes(), ...more],
  );
