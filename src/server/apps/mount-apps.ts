import type { AnyControlRoute } from '#gateway/admin/control-route.ts';
import type { HttpHandler } from '#gateway/handle.ts';
import { appControl } from '#server/apps/app-control.ts';
import type { Apps } from '#server/apps/open-apps.ts';
import { runControl } from '#server/apps/run-control.ts';
import type { ServiceApi } from '#service-api/service-api.ts';

/** The key decides: whoever shows an app's is answered by the app, everybody else by the gateway. */
export const withApps =
  (api: ServiceApi, gateway: HttpHandler): HttpHandler =>
  (req, res) => {
    if (api.takes(req)) void api.serve(req, res);
    else gateway(req, res);
  };

/** What the console and its like ask of apps. */
export const appRoutes = (apps: Apps): readonly AnyControlRoute[] => [
  ...appControl(apps),
  ...runControl(apps),
];
