import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppsSettings } from '#config/apps-settings.ts';
import type { Deployment, LoadedConfig } from '#config/loaded.ts';
import { type Clock, systemClock } from '#core/clock.ts';
import type { Json, JsonObject } from '#core/json.ts';
import { seededRandom } from '#core/random.ts';
import { appRoutes } from '#server/apps/app-routes.ts';
import { withApps } from '#server/apps/mount-apps.ts';
import { openApps } from '#server/apps/open-apps.ts';
import { createFront } from '#server/front.ts';
import { environmentOf } from '#server/env.ts';
import { createGateway } from '#server/gateway.ts';
import { listen } from '#server/http.ts';
import { openKeeping } from '#server/keeping.ts';
import type { Store } from '#store/store.ts';
import { chunk, type Script, sendEvents, startUpstream } from './upstream.ts';
import { configOf, deployment, MASTER_KEY, memoryLog } from './gateway.ts';

export const APP_KEY = 'app-0123456789abcdef0123';

/** Says what it was asked last, word by word. */
const echo: Script = ({ body }, res) => {
  const messages = body['messages'] as { content: string }[];
  const words = `You said: ${messages.at(-1)?.content}`.split(/(?<= )/);
  const usage = { prompt_tokens: 7, completion_tokens: words.length, total_tokens: 7 };
  sendEvents(res, [
    ...words.map((content) => chunk({ content })),
    chunk({}, { finish_reason: 'stop' }),
    JSON.stringify({ ...(JSON.parse(chunk({})) as object), choices: [], usage }),
    '[DONE]',
  ]);
  res.end();
};

/** A gateway that serves one app of a folder, whose key is `APP_KEY`. */
export const startApp = async (
  dsl: string,
  {
    script = echo,
    allow = [],
    store,
    dataDir: at,
    keeps = false,
    bodies,
    row = {},
    tools = [],
    clock = systemClock,
  }: {
    script?: Script;
    allow?: string[];
    /** Of one that was stopped before: what it kept is there again. Whoever brings them removes them. */
    store?: Store;
    dataDir?: string;
    /** With virtual keys and records of spend, in memory. */
    keeps?: boolean;
    /** What is asked and answered is kept beside those records. */
    bodies?: NonNullable<LoadedConfig['keeping']['bodies']>;
    /** Of the one deployment. */
    row?: Partial<Deployment>;
    /** APIs that flows may use, each with the file that describes it. */
    tools?: NonNullable<AppsSettings['tools']>;
    clock?: Clock;
  } = {},
) => {
  const folder = await mkdtemp(join(tmpdir(), 'apps-'));
  const dataDir = at ?? (await mkdtemp(join(tmpdir(), 'data-')));
  await writeFile(join(folder, 'test.yml'), dsl);
  const upstream = await startUpstream(script);
  const plain = configOf([deployment('PJ1', upstream.url, row)], {
    apps: { models: [], dir: folder, keys: [{ app: 'test', key: APP_KEY }], allow, tools },
  });
  const config = bodies ? { ...plain, keeping: { ...plain.keeping, bodies } } : plain;
  const log = memoryLog();
  const world = {
    clock,
    random: seededRandom(1),
    log,
    environment: environmentOf({}),
    version: '9.9.9',
  };
  const keeping = keeps ? await openKeeping(config, { clock, log }) : undefined;
  const gateway = createGateway(config, world, keeping);
  const apps = await openApps(config, { gateway, world, dataDir, ...(store && { store }) });
  const handler = withApps(
    apps,
    gateway,
    createFront(gateway, config, async () => appRoutes(apps)),
  );
  const listener = await listen(handler, { port: 0, host: '127.0.0.1' });
  const call = (
    method: string,
    path: string,
    {
      body,
      key = APP_KEY,
      signal,
      headers = {},
    }: {
      body?: unknown;
      key?: string;
      signal?: AbortSignal;
      headers?: Readonly<Record<string, string>>;
    } = {},
  ) =>
    fetch(`${listener.url}${path}`, {
      method,
      headers: {
        ...headers,
        authorization: `Bearer ${key}`,
        ...(body !== undefined &&
          !(body instanceof FormData) && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: body instanceof FormData ? body : JSON.stringify(body) }),
      ...(signal && { signal }),
    });
  return {
    call,
    apps,
    keeping,
    upstream,
    folder,
    dataDir,
    log,
    master: MASTER_KEY,
    url: listener.url,
    close: async () => {
      gateway.events.close();
      await listener.close(0);
      await apps.close();
      await gateway.close();
      await keeping?.close();
      await upstream.close();
      await rm(folder, { recursive: true });
      if (at === undefined) await rm(dataDir, { recursive: true });
    },
  };
};

/** The events of a stream, pings left out. */
export const eventsOf = async (response: Response): Promise<JsonObject[]> =>
  (await response.text())
    .split('\n\n')
    .filter((part) => part.startsWith('data: '))
    .map((part) => JSON.parse(part.slice('data: '.length)) as JsonObject);

/** A text of a reply. */
export const textOf = (value: Json | undefined): string =>
  typeof value === 'string' ? value : JSON.stringify(value);
