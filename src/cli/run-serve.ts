import { checkAgain } from '#cli/check-again.ts';
import { dataDirOf } from '#cli/data-dir.ts';
import { readFile } from '#cli/read-file.ts';
import { DEFAULT_PORT, type ServeOptions } from '#cli/serve.ts';
import { startIsOver } from '#cli/start-is-over.ts';
import { untilStopped } from '#cli/until-stopped.ts';
import { capacityLines } from '#config/check-quota.ts';
import type { LoadedConfig } from '#config/loaded.ts';
import { formatFindings } from '#core/finding.ts';
import type { Log } from '#core/log.ts';
import { openApps } from '#server/apps/open-apps.ts';
import { findSite } from '#server/console/find-site.ts';
import { createHandlers } from '#server/console/handlers.ts';
import { UI_PATH } from '#server/console/site.ts';
import { processEnvironment } from '#server/env.ts';
import { doorOf } from '#server/file-limit.ts';
import { createGateway, type Gateway } from '#server/gateway.ts';
import { HeapWatch } from '#server/heap-watch.ts';
import { listen } from '#server/http.ts';
import { openKeeping } from '#server/keeping.ts';
import { loadConfigText } from '#server/load-config.ts';
import { openDecisionFile } from '#server/decision-file.ts';
import { type NewKeys, takeNewKeys } from '#server/new-keys.ts';
import { openLedgerFile } from '#server/ledger-file.ts';
import { openModels } from '#server/models/open-models.ts';
import { watchLoop } from '#server/loop-watch.ts';
import { shutDown } from '#server/shut-down.ts';
import { Survived } from '#server/survived.ts';
import { realWorld } from '#server/world.ts';

const ANY_ADDRESS = '0.0.0.0';
const LOOPBACK = '127.0.0.1';

/** Serves one config until it is told to stop. */
export const runServe = async (options: ServeOptions & { config: string }): Promise<void> => {
  const environment = processEnvironment();
  const real = realWorld(environment, { debug: options.debug ?? options.detailed_debug ?? false });
  const { log } = real;
  const heap = new HeapWatch(real);
  const survived = new Survived(real);
  const world = { ...real, memory: () => heap.pressure, survived: () => survived.counts };
  const text = await readFile(options.config);
  const config = loadConfigText(text, { file: options.config, environment });
  const notes = [...config.warnings, ...config.unusable.map((row) => row.reason)];
  if (notes.length > 0) process.stderr.write(`${formatFindings(notes)}\n`);
  const host = hostOf(options, config, log);
  const { clock } = world;
  const folder = dataDirOf(options);
  const keeping = await openKeeping(config, { clock, log, folder });
  const gateway = createGateway(config, world, keeping);
  const desks = await openModels(gateway, keeping, (stored) =>
    loadConfigText(text, { file: options.config, environment, stored }),
  );
  const { ledger, owner } = gateway.balance;
  const { shared } = owner;
  const changes = (): number => owner.changes;
  const file = await openLedgerFile({ ledger, shared, log, clock, folder, changes });
  const { decisions } = gateway;
  const past = await openDecisionFile({ decisions, max: config.decisions.max, folder, clock, log });
  const { store } = keeping;
  const apps = await openApps(gateway.config, { gateway, world, dataDir: folder, store });
  const handlers = createHandlers({
    gateway,
    apps,
    desks,
    source: { text, file: options.config, environment },
    masterKey: config.masterKey,
    keyHeader: config.keyHeader,
    site: findSite({ log, isEager: process.stdout.isTTY }),
  });
  startIsOver();
  const { adminPort, port = DEFAULT_PORT } = options;
  const admin =
    adminPort === undefined ? undefined : await listen(handlers.all, { port: adminPort, host });
  const handler = admin ? handlers.data : handlers.all;
  const listener = await listen(handler, { port, host, door: doorOf(config.limits) });
  const unwatch = watchLoop(clock, log);
  const hurry = new AbortController();
  const close = async (signal: NodeJS.Signals): Promise<void> => {
    const times = { ...shutDownTimes(config, signal), hurry: hurry.signal };
    await Promise.all([shutDown(gateway, listener, times), admin?.close(0)]);
    await apps.close();
    await gateway.close();
    await file.close();
    await past.close();
    await keeping.close();
    unwatch();
    heap.end();
    survived.end();
  };
  // Before anybody hears that it is ready: a signal that comes then is understood.
  const how = { environment, log, take: taking(gateway, config) };
  const stopped = untilStopped(close, {
    hangUp: () => void checkAgain(options.config, how),
    hurry: () => hurry.abort(),
  });
  survived.begin();
  const sharing = owner.view().accounts.flatMap((account) => account.sharing ?? []);
  say([...capacityLines(config), ...sharing]);
  say([`console ${(admin ?? listener).url}${UI_PATH}/`, `ready ${listener.url}`]);
  gateway.credentials.start();
  await stopped;
};

/** A person who presses Ctrl-C, or closes the terminal, has no load balancer to wait for. */
const shutDownTimes = (
  { shutdown }: LoadedConfig,
  signal: NodeJS.Signals,
): LoadedConfig['shutdown'] => (signal === 'SIGTERM' ? shutdown : { ...shutdown, lagMs: 0 });

/** Where nobody needs a key, only this machine may come unless told otherwise. */
const hostOf = (options: ServeOptions, { masterKey }: LoadedConfig, log: Log): string => {
  const { host, num_workers: asked } = options;
  if (asked > 1) log.warn({ asked }, 'one process serves for now, whatever --num_workers says');
  if (masterKey !== undefined) return host ?? ANY_ADDRESS;
  const text = 'no master key is configured: everybody who can reach this address may call it';
  log.warn({ host: host ?? LOOPBACK }, text);
  return host ?? LOOPBACK;
};

/** What of a config that has been read again can be used at once. */
const taking =
  ({ targets, credentials, balance }: Gateway, served: LoadedConfig) =>
  (next: LoadedConfig): NewKeys =>
    takeNewKeys({ targets, credentials, renewed: balance.renewed }, served, next);

const say = (lines: readonly string[]): void =>
  void process.stdout.write(lines.map((line) => `${line}\n`).join(''));
