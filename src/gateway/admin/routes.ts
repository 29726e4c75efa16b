import type { AnyControlRoute } from '#gateway/admin/control-route.ts';
import { whoami } from '#gateway/admin/whoami.ts';

/** Every route of the control plane. */
export const controlRoutes = (): readonly AnyControlRoute[] => [whoami];
