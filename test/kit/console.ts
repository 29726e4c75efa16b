import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '#core/clock.ts';
import { seededRandom } from '#core/random.ts';
import { createHandlers } from '#server/console/handlers.ts';
import { createSceneDesk } from '#server/console/scene-desk.ts';
import { createSimulatorDesk } from '#server/console/simulator-desk.ts';
import { readSite } from '#server/console/site.ts';
import { openDemoApps } from '#server/demo-apps.ts';
import { startDemoWorld } from '#server/demo-world.ts';
import { environmentOf } from '#server/env.ts';
import { createGateway } from '#server/gateway.ts';
import { listen } from '#server/http.ts';
import { openKeeping } from '#server/keeping.ts';
import { openFlow } from '#server/open-flow.ts';
import { inCheckout } from './files.ts';
import { memoryLog } from './gateway.ts';

/** The console, built into a folder of its own: no test needs one that somebody else has made. */
export const buildConsole = () => {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-console-'));
  const vite = inCheckout('node_modules/vite/bin/vite.js');
  const args = [vite, 'build', '--logLevel', 'error', '--outDir', folder];
  execFileSync(process.execPath, args, { cwd: inCheckout('console'), stdio: 'inherit' });
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
};

/** The demonstration in this process, with a console that was built before. */
export const startConsole = async (
  folder: string,
  given: { readonly asksForKey?: boolean } = {},
) => {
  const world = {
    clock: systemClock,
    random: seededRandom(1),
    log: memoryLog(),
    environment: environmentOf({}),
    version: '9.9.9',
  };
  const demo = await startDemoWorld(world);
  const { config, environment, masterKey } = demo;
  const keeping = await openKeeping(config, world);
  const gateway = createGateway(config, { ...world, environment }, keeping);
  const { store } = keeping;
  const apps = await openDemoApps(demo, { gateway, world: { ...world, environment }, store });
  const flow = openFlow({ ...demo.chatflow, config });
  const simulator = createSimulatorDesk(demo.simulator, demo.simulatorUrl);
  const handlers = createHandlers({
    gateway,
    apps: apps.apps,
    source: { text: demo.configText, file: config.file, environment },
    masterKey,
    site: await readSite(folder),
    ...(!given.asksForKey && { simulator, scene: createSceneDesk(flow, gateway) }),
  });
  const host = '127.0.0.1';
  let listener = await listen(handlers.all, { port: 0, host });
  const { url } = listener;
  return {
    url,
    masterKey,
    gateway,
    apps: apps.apps,
    simulator: demo.simulator,
    /** Cuts every connection; `back` listens again where it did. */
    cut: async () => {
      await listener.close(0);
      const back = async (): Promise<void> => {
        listener = await listen(handlers.all, { port: Number(new URL(url).port), host });
      };
      return { back };
    },
    close: async () => {
      gateway.events.close();
      gateway.lifecycle.stop();
      await listener.close(0);
      await apps.close();
      await gateway.close();
      await keeping.close();
      await demo.close();
    },
  };
};
