import type { HttpHandler } from '#gateway/handle.ts';
import { mayEnter } from '#keys/entrance.ts';
import type { Apps } from '#server/apps/open-apps.ts';
import type { Gateway } from '#server/gateway.ts';

/** The key decides: whoever shows an app's is answered by the app, everybody else by the gateway. */
export const withApps =
  (
    { api, deps: { clock } }: Apps,
    { log, settings }: Pick<Gateway, 'log' | 'settings'>,
    gateway: HttpHandler,
  ): HttpHandler =>
  (req, res) => {
    if (!mayEnter(req, settings.entrance) || !api.takes(req)) return gateway(req, res);
    const began = clock.now();
    res.once('close', () => {
      const path = (req.url ?? '').split('?', 1)[0];
      const ms = Math.round(clock.now() - began);
      const status = res.writableFinished ? res.statusCode : 499;
      log.info({ method: req.method, path, status, ms }, 'an app answered');
    });
    void api.serve(req, res);
  };
