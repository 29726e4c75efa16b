import { controlRoute, type AnyControlRoute } from '#gateway/admin/control-route.ts';
import type { ConsoleDeps } from '#gateway/console/deps.ts';
import { drawingReply } from '#gateway/console/app-shapes.ts';
import { burst, burstAsk } from '#gateway/console/burst.ts';
import { eventStream } from '#gateway/console/event-stream.ts';
import { keptRoutes } from '#gateway/console/kept-routes.ts';
import { LiveFeed } from '#gateway/console/live-feed.ts';
import { requestsPage } from '#gateway/console/requests-page.ts';
import { sessionRoutes } from '#gateway/console/session-routes.ts';
import {
  checkReply,
  configReply,
  modelsReply,
  planAsk,
  planReply,
  requestsReply,
  simulatorReply,
  trafficReply,
} from '#gateway/console/shapes.ts';
import { trafficJson } from '#gateway/console/traffic-json.ts';
import { wordOf } from '#keys/pass.ts';
import { abortSignalOf } from '#core/call-signal.ts';
import { SpillwayError } from '#core/errors.ts';
import { z } from '#core/schema.ts';

const LONGEST_NAME = 256;
const LONGEST_QUERY = 2_000;
const MOST_ROWS = 200;
const LONGEST_CONFIG = 1_000_000;

/** All that the console reads and changes, for everybody who has the key. */
export const consoleRoutes = (deps: ConsoleDeps): readonly AnyControlRoute[] => [
  ...sessionRoutes(deps),
  ...liveRoutes(deps),
  requestsRoute(deps),
  ...modelRoutes(deps),
  ...configRoutes(deps),
  planRoute(deps),
  burstRoute(deps),
  ...sceneRoutes(deps),
  ...simulatorRoutes(deps),
  ...(deps.registry ? keptRoutes(deps.registry) : []),
];

const liveRoutes = (deps: ConsoleDeps): AnyControlRoute[] => {
  const feed = new LiveFeed(deps);
  return [
    controlRoute({
      method: 'get',
      path: '/spillway/live',
      access: 'viewer',
      summary: 'Server-sent events, one a second: the quota, and what has ended since the last.',
      serve: ({ http }) => feed.open(http.signal),
    }),
    controlRoute({
      method: 'get',
      path: '/spillway/traffic',
      access: 'viewer',
      summary: 'What has ended in each second of the last 15 minutes, by deployment.',
      reply: trafficReply,
      serve: () => ({
        now: deps.traffic.now,
        seconds: deps.traffic.since(0).map(trafficJson),
      }),
    }),
  ];
};

const requestsRoute = (deps: ConsoleDeps): AnyControlRoute =>
  controlRoute({
    method: 'get',
    path: '/spillway/requests',
    access: 'viewer',
    summary: 'Finished requests, the latest first.',
    query: z.object({
      group: z.string().max(LONGEST_NAME).optional(),
      deployment: z.string().max(LONGEST_NAME).optional(),
      status: z.string().max(10).optional(),
      tenant: z.string().max(LONGEST_NAME).optional(),
      /** Of an id or an error, as it was copied from anywhere. */
      q: z.string().max(LONGEST_QUERY).optional(),
      slower_than_s: z.coerce.number().min(0).optional(),
      before: z.coerce.number().int().min(0).optional(),
      limit: z.coerce.number().int().min(1).max(MOST_ROWS).default(100),
    }),
    reply: requestsReply,
    serve({ query }) {
      const key = deps.registry?.directory.byAlias(query.q?.trim() ?? '');
      const word = key && wordOf(key.token);
      return requestsPage(deps.gateway.decisions, { ...query, word });
    },
  });

const modelRoutes = (deps: ConsoleDeps): AnyControlRoute[] => [
  controlRoute({
    method: 'get',
    path: '/spillway/deployments',
    access: 'viewer',
    summary: 'The deployments as the config has them, without their keys.',
    reply: modelsReply,
    serve: () => deps.models(),
  }),
  controlRoute({
    method: 'post',
    path: '/spillway/deployments/pause',
    access: 'admin',
    summary: 'Pauses or resumes a deployment. Calls under way go on.',
    body: z.strictObject({ deployment: z.string().max(LONGEST_NAME), paused: z.boolean() }),
    serve({ body: { deployment, paused } }) {
      if (!deps.models().deployments.some((one) => one.deployment === deployment))
        throw new SpillwayError('not_found', 'There is no deployment of this name.', {
          param: 'deployment',
        });
      deps.pause(deployment, paused);
      return { deployment, paused };
    },
  }),
];

const configRoutes = ({ config }: ConsoleDeps): AnyControlRoute[] => [
  controlRoute({
    method: 'get',
    path: '/spillway/config',
    access: 'admin',
    summary: 'The config in force without its secrets, and its findings.',
    reply: configReply,
    serve: () => config.show(),
  }),
  controlRoute({
    method: 'post',
    path: '/spillway/config/check',
    access: 'admin',
    summary: 'Checks a config without applying it. Nothing is changed.',
    body: z.strictObject({ text: z.string().max(LONGEST_CONFIG) }),
    reply: checkReply,
    serve: ({ body }) => config.check(body.text),
  }),
];

const planRoute = (deps: ConsoleDeps): AnyControlRoute =>
  controlRoute({
    method: 'post',
    path: '/spillway/plan',
    access: 'admin',
    summary: 'How recorded or generated traffic would fare, as things are and with a change.',
    body: planAsk,
    reply: planReply,
    serve: ({ body, http }) => deps.plan(body, abortSignalOf(http.signal)),
  });

const burstRoute = ({ gateway }: ConsoleDeps): AnyControlRoute =>
  controlRoute({
    method: 'post',
    path: '/spillway/burst',
    access: 'admin',
    summary: 'Sends the same request many times at once; server-sent events tell how each fares.',
    body: burstAsk,
    serve: ({ body }) => burst(gateway, body),
  });

const sceneRoutes = ({ scene }: ConsoleDeps): AnyControlRoute[] => {
  if (!scene) return [];
  return [
    controlRoute({
      method: 'get',
      path: '/spillway/scene',
      access: 'viewer',
      summary: 'The example app: its nodes and their connections.',
      reply: drawingReply,
      serve: () => scene.show(),
    }),
    controlRoute({
      method: 'post',
      path: '/spillway/scene/run',
      access: 'admin',
      summary: 'Runs the example app; server-sent events tell what happens.',
      body: z.strictObject({ query: z.string().min(1).max(10_000) }),
      serve: ({ body, http }) => eventStream(scene.run(body.query, abortSignalOf(http.signal))),
    }),
  ];
};

const simulatorRoutes = ({ simulator }: ConsoleDeps): AnyControlRoute[] => {
  if (!simulator) return [];
  return [
    controlRoute({
      method: 'get',
      path: '/spillway/simulator',
      access: 'viewer',
      summary: 'The simulated vendor: its projects, their limits and logs, and its faults.',
      reply: simulatorReply,
      serve: () => simulator.show(),
    }),
    controlRoute({
      method: 'post',
      path: '/spillway/simulator/faults',
      access: 'admin',
      summary: 'Causes faults as a fault script describes them.',
      body: z.strictObject({ text: z.string().max(100_000) }),
      reply: simulatorReply,
      serve({ body }) {
        simulator.setFaults(body.text);
        return simulator.show();
      },
    }),
    controlRoute({
      method: 'delete',
      path: '/spillway/simulator/faults',
      access: 'admin',
      summary: 'Ends a fault, or all of them.',
      query: z.object({ id: z.string().max(100).optional() }),
      reply: simulatorReply,
      serve({ query }) {
        simulator.clearFaults(query.id);
        return simulator.show();
      },
    }),
    controlRoute({
      method: 'post',
      path: '/spillway/simulator/reset',
      access: 'admin',
      summary: 'Fills every limit of the simulated vendor and empties its logs.',
      reply: simulatorReply,
      serve() {
        simulator.reset();
        return simulator.show();
      },
    }),
  ];
};
