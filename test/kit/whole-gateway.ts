import { systemClock } from '#core/clock.ts';
import { seededRandom } from '#core/random.ts';
import { createHandlers } from '#server/console/handlers.ts';
import { createSceneDesk } from '#server/console/scene-desk.ts';
import { createSimulatorDesk } from '#server/console/simulator-desk.ts';
import { openDemoApps } from '#server/demo-apps.ts';
import { startDemoWorld } from '#server/demo-world.ts';
import { environmentOf } from '#server/env.ts';
import { createGateway } from '#server/gateway.ts';
import { listen } from '#server/http.ts';
import { openKeeping } from '#server/keeping.ts';
import { loadConfigText } from '#server/load-config.ts';
import { openModels } from '#server/models/open-models.ts';
import { openFlow } from '#server/open-flow.ts';
import { memoryLog } from './gateway.ts';

/** A gateway that has all there can be: apps, stored models, the console, a played vendor. */
export const startWholeGateway = async () => {
  const base = { clock: systemClock, random: seededRandom(1), log: memoryLog(), version: '9.9.9' };
  const demo = await startDemoWorld({ ...base, environment: environmentOf({}) });
  const { config: plain, environment, masterKey, configText: text } = demo;
  const saltKey = 'a salt key that is long enough';
  const config = { ...plain, keeping: { ...plain.keeping, storesModels: true, saltKey } };
  const world = { ...base, environment };
  const keeping = await openKeeping(config, world);
  const gateway = createGateway(config, world, keeping);
  const apps = await openDemoApps(demo, { gateway, world, store: keeping.store });
  const source = { text, file: plain.file, environment };
  const desks = await openModels(gateway, keeping, (stored) =>
    loadConfigText(text, { file: plain.file, environment, stored }),
  );
  const handlers = createHandlers({
    gateway,
    apps: apps.apps,
    desks,
    source,
    masterKey,
    simulator: createSimulatorDesk(demo.simulator, demo.simulatorUrl),
    scene: createSceneDesk(openFlow({ ...demo.chatflow, config }), gateway),
    site: { serve: () => false },
  });
  const listener = await listen(handlers.all, { port: 0, host: '127.0.0.1' });
  return {
    url: listener.url,
    masterKey,
    keeping,
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
