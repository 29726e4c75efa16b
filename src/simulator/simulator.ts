import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Clock } from '#core/clock.ts';
import { SpillwayError } from '#core/errors.ts';
import { type Log, silentLog } from '#core/log.ts';
import type { Random } from '#core/random.ts';
import { internal } from '#simulator/complaints.ts';
import { type SimulatorConfig, targetsOf } from '#simulator/config.ts';
import { Exchange } from '#simulator/exchange.ts';
import { FaultScript } from '#simulator/faults/script.ts';
import { defaultProfile } from '#simulator/profiles/index.ts';
import type { ProjectReport } from '#simulator/project-report.ts';
import { createProjects } from '#simulator/projects.ts';
import { route } from '#simulator/routes.ts';
import type { Site } from '#simulator/site.ts';

/** Longer than clients keep theirs, so that it is never us who close a connection as it is reused. */
const KEEP_ALIVE_MS = 65_000;

/** Several projects of a vendor behind one port: keys, limits, pace and logs, and no model. */
export interface Simulator {
  /** Port 0 picks a free one. Rejects with `unavailable` when the port cannot be had. */
  listen(at: { port: number; host: string }): Promise<{ url: string; port: number }>;
  /** Stops listening and breaks off the calls under way. */
  close(): Promise<void>;
  projects(): ProjectReport[];
  /** Fills every bucket and empties the logs; calls under way end unlogged. */
  reset(): void;
}

export const createSimulator = ({
  config,
  clock,
  random,
  log = silentLog,
}: {
  readonly config: SimulatorConfig;
  readonly clock: Clock;
  readonly random: Random;
  readonly log?: Log;
}): Simulator => {
  const startProjects = (): ReturnType<typeof createProjects> =>
    createProjects(config, clock.wall() - clock.now());
  let projects = startProjects();
  const { latency, answerTokens, profile = defaultProfile, faults = [] } = config;
  const site: Site = {
    world: { clock, random, latency, answerTokens, profile },
    faults: new FaultScript(clock, faults),
    targets: targetsOf(config.projects),
    projectOf: (key) => projects.get(key),
    signingKeyOf: (id) => config.projects.find(({ key }) => key.startsWith(`${id}:`))?.key,
    reports: () => [...projects.values()].map((project) => project.report(clock.now())),
    reset() {
      projects = startProjects();
    },
  };
  /** Connections that have served a request. */
  const served = new WeakSet<Socket>();
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    const reused = served.has(request.socket);
    served.add(request.socket);
    const exchange = new Exchange({ request, response }, clock, reused);
    route(site, exchange).catch((error: unknown) => {
      log.error({ err: error, path: exchange.path }, 'A simulated call failed.');
      const { status, headers, body } = profile.complain(internal());
      if (response.headersSent) response.destroy();
      else void exchange.sendJson(status, headers, body);
    });
  });

  return {
    projects: site.reports,
    reset: site.reset,
    listen: ({ port, host }) =>
      new Promise((resolve, reject) => {
        const fail = (error: NodeJS.ErrnoException): void => reject(listenError(error, port, host));
        server.once('error', fail);
        server.listen(port, host, () => {
          server.off('error', fail);
          server.on('error', (error) => log.warn({ err: error }, 'A connection was not accepted.'));
          const { port: taken } = server.address() as AddressInfo;
          const name = host.includes(':') ? `[${host}]` : host;
          resolve({ url: `http://${name}:${taken}`, port: taken });
        });
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const listenError = (error: NodeJS.ErrnoException, port: number, host: string): SpillwayError => {
  const causes: Readonly<Record<string, string>> = {
    EADDRINUSE: `Port ${port} is in use, perhaps by another simulator; choose another with --port.`,
    EACCES: `Port ${port} needs more rights; choose one above 1023 with --port.`,
  };
  const text = causes[error.code ?? ''] ?? `Cannot listen on ${host}:${port} (${error.code}).`;
  return new SpillwayError('unavailable', text, { cause: error });
};
