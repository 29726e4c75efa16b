import type { HttpHandler } from '#gateway/handle.ts';
import { type Sessions, vouchFor } from '#keys/sessions.ts';
import { withApps } from '#server/apps/mount-apps.ts';
import type { Apps } from '#server/apps/open-apps.ts';
import type { ConsoleOptions } from '#server/console/console.ts';
import { openSessions } from '#server/console/open-sessions.ts';
import type { Site } from '#server/console/site.ts';
import { createDataFront, createFront, type MoreRoutes } from '#server/front.ts';
import type { Desks } from '#server/models/open-models.ts';

export interface HandlersOptions extends ConsoleOptions {
  readonly site: Site;
  readonly keyHeader?: string | undefined;
  /** Apps that are served, with their own keys. */
  readonly apps?: Apps | undefined;
  /** Models and credentials that are added while it serves. */
  readonly desks?: Desks | undefined;
}

/** Who answers on each port. */
export interface Handlers {
  /** Everything: models, the control plane, and the console. */
  readonly all: HttpHandler;
  /** The models' paths alone, where the rest has a port of its own. */
  readonly data: HttpHandler;
}

export const createHandlers = (options: HandlersOptions): Handlers => {
  const { gateway, site, masterKey, keyHeader, apps } = options;
  const { entrance } = gateway.config;
  const keys = {
    ...(masterKey !== undefined && { masterKey }),
    ...(keyHeader !== undefined && { keyHeader }),
    entrance,
  };
  const sessions = openSessions(options);
  const withAll = (front: HttpHandler): HttpHandler =>
    apps ? withApps(apps, gateway, front) : front;
  const front = withAll(createFront(gateway, keys, () => moreRoutes(options, sessions)));
  return {
    all(req, res) {
      const { method, url = '/' } = req;
      const isPage = method === 'GET' || method === 'HEAD';
      if (isPage && site.serve(req, res, url.split('?', 1)[0]!)) return;
      vouchFor(req.headers, sessions, keys);
      front(req, res);
    },
    data: withAll(createDataFront(gateway, keys)),
  };
};

const moreRoutes = async (options: HandlersOptions, sessions: Sessions): ReturnType<MoreRoutes> => {
  const { apps, desks } = options;
  const [{ appRoutes }, { modelRoutes }, { credentialRoutes }, { routesOf }] = await Promise.all([
    import('#server/apps/app-routes.ts'),
    import('#gateway/admin/models.ts'),
    import('#gateway/admin/credentials.ts'),
    import('#server/console/console.ts'),
  ]);
  return [
    ...(apps ? appRoutes(apps) : []),
    ...(desks ? [...modelRoutes(desks.models), ...credentialRoutes(desks.credentials)] : []),
    ...routesOf(options, sessions),
  ];
};
