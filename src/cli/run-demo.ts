import { play } from '#cli/play.ts';
import { DEFAULT_PORT } from '#cli/serve.ts';
import { startIsOver } from '#cli/start-is-over.ts';
import { untilStopped } from '#cli/until-stopped.ts';
import { capacityLines } from '#config/check-quota.ts';
import { systemClock } from '#core/clock.ts';
import { SpillwayError } from '#core/errors.ts';
import { findSite } from '#server/console/find-site.ts';
import { createHandlers } from '#server/console/handlers.ts';
import { createSceneDesk } from '#server/console/scene-desk.ts';
import { createSimulatorDesk } from '#server/console/simulator-desk.ts';
import { UI_PATH } from '#server/console/site.ts';
import { openDemoApps } from '#server/demo-apps.ts';
import { type DemoWorld, startDemoWorld } from '#server/demo-world.ts';
import { createGateway } from '#server/gateway.ts';
import { type Listener, listen } from '#server/http.ts';
import { openKeeping } from '#server/keeping.ts';
import { openFlow } from '#server/open-flow.ts';
import { shutDown } from '#server/shut-down.ts';
import { realWorld } from '#server/world.ts';
import { environmentOf } from '#server/env.ts';
import { formatProjects } from '#simulator/projects-table.ts';

const HOST = '127.0.0.1';
const JAPANESE = Intl.DateTimeFormat().resolvedOptions().locale.startsWith('ja');
const QUESTION = JAPANESE ? '空はなぜ青いのですか。' : 'Why is the sky blue?';
/** Ports looked at, from 4000 on, before the demo gives up. */
const PORTS_TRIED = 50;

export interface DemoOptions {
  readonly port?: number;
  readonly host?: string;
  readonly once: boolean;
}

/** The whole product in one scene: simulated vendor, gateway, chatflow, and who served what. */
export const runDemo = async (options: DemoOptions): Promise<void> => {
  const world = realWorld(environmentOf({}), { level: options.once ? 'error' : 'info' });
  const demo = await startDemoWorld(world);
  // Keys that are made here last as long as the demo.
  const keeping = await openKeeping(demo.config, world);
  const around = { ...world, environment: demo.environment };
  const gateway = createGateway(demo.config, around, keeping);
  const { text, file } = demo.chatflow;
  const flow = openFlow({ text, file, config: demo.config });
  const { store } = keeping;
  const apps = await openDemoApps(demo, { gateway, world: around, store });
  const handlers = createHandlers({
    gateway,
    apps: apps.apps,
    source: { text: demo.configText, file: demo.config.file, environment: demo.environment },
    masterKey: demo.masterKey,
    simulator: createSimulatorDesk(demo.simulator, demo.simulatorUrl),
    scene: createSceneDesk(flow, gateway),
    site: findSite({ log: world.log, isEager: !options.once && process.stdout.isTTY }),
  });
  startIsOver();
  const listener = await listenNear(handlers.all, options);
  say(intro(demo, listener));
  say(`\nRunning ${file}: six model calls, started together.\n`);
  await play(flow.run({ gateway, query: QUESTION, clock: systemClock }), process.stdout);
  say(`\nWhat the vendor saw, project by project:\n\n${formatProjects(demo.simulator.projects())}`);
  const close = async (): Promise<void> => {
    // No load balancer stands before it.
    await shutDown(gateway, listener, { ...demo.config.shutdown, lagMs: 0 });
    await apps.close();
    await gateway.close();
    await keeping.close();
    await demo.close();
  };
  if (options.once) return close();
  say(tryIt(demo, listener));
  process.stdout.write(`ready ${listener.url}\n`);
  await untilStopped(close);
};

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** The port that was asked for, else 4000 or the next free one. */
const listenNear = async (
  handler: Parameters<typeof listen>[0],
  { port, host = HOST }: DemoOptions,
): Promise<Listener> => {
  if (port !== undefined) return listen(handler, { port, host });
  for (let next = DEFAULT_PORT; ; next++) {
    try {
      const listener = await listen(handler, { port: next, host });
      if (next !== DEFAULT_PORT)
        say(`Port ${DEFAULT_PORT} is in use: listening on ${next} instead.`);
      return listener;
    } catch (thrown) {
      const taken = thrown instanceof SpillwayError && thrown.code === 'unavailable';
      if (!taken || next >= DEFAULT_PORT + PORTS_TRIED) throw thrown;
    }
  }
};

const intro = ({ simulatorUrl, masterKey, config }: DemoWorld, { url }: Listener): string =>
  [
    'Spillway demo: a simulated vendor, nothing leaves this machine and nothing costs money.',
    `  vendor      ${simulatorUrl}/v1, three projects with one key each`,
    `  gateway     ${url}, config examples/litellm_config.yaml`,
    ...capacityLines(config).map((line) => `  quota       ${line}`),
    `  master key  ${masterKey}  (made for this run, shown once)`,
  ].join('\n');

const tryIt = ({ masterKey, simulatorUrl }: DemoWorld, { url }: Listener): string => `
Open ${url}${UI_PATH}/ in a browser, or try it here:
  curl ${url}/v1/chat/completions -H 'Authorization: Bearer ${masterKey}' \\
    -H 'Content-Type: application/json' -i \\
    -d '{"model": "gpt-4.1", "messages": [{"role": "user", "content": "Hello"}]}'
and look at ${simulatorUrl}/simulator again. Ctrl-C ends it.
`;
