import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Clock } from '#core/clock.ts';
import { SpillwayError } from '#core/errors.ts';
import { type Log, silentLog } from '#core/log.ts';
import type { Random } from '#core/random.ts';
import { internal } from '#simulator/complaints.ts';
import { type SimulatorConfig, targetsOf } from '#simulator/config.ts';
import { Exchange } from '#simulator/exchange.ts';
import { readFaults } from '#simulator/config/faults.ts';
import { type FaultReport, FaultScript, MOST_FAULTS } from '#simulator/faults/script.ts';
import type { Gauge } from '#simulator/limit.ts';
import { defaultProfile } from '#simulator/profiles/index.ts';
import type { Project } from '#simulator/project.ts';
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
  /** Every limit as it stands, also of models that nobody has asked for yet. */
  limits(): ProjectLimit[];
  faults(): FaultReport[];
  /** One fault or a list of them, as JSON or YAML. Throws SpillwayError with all that is wrong. */
  setFaults(text: string): void;
  /** Ends the fault of this id, or all of them; false where there is none. */
  clearFaults(id?: string): boolean;
  /** Fills every bucket and empties the logs; calls under way end unlogged. */
  reset(): void;
}

/** One limit of a project for one model. */
export interface ProjectLimit extends Gauge {
  readonly project: string;
  readonly model: string;
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
    limits: () => [...projects.values()].flatMap((project) => limitsOf(project, clock.now())),
    faults: () => site.faults.list(),
    setFaults(text) {
      if (!site.faults.add(readFaults(text, 'faults', site.targets))) throw tooManyFaults();
    },
    clearFaults: (id) => site.faults.remove(id),
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

const limitsOf = (project: Project, nowMs: number): ProjectLimit[] =>
  project.models.flatMap((model) =>
    project.gauges(model, nowMs).map((gauge) => ({ ...gauge, project: project.id, model })),
  );

const tooManyFaults = (): SpillwayError =>
  new SpillwayError('invalid_request', `At most ${MOST_FAULTS} faults; end some first.`);

const listenError = (error: NodeJS.ErrnoException, port: number, host: string): SpillwayError => {
  const causes: Readonly<Record<string, string>> = {
    EADDRINUSE: `Port ${port} is in use, perhaps by another simulator; choose another with --port.`,
    EACCES: `Port ${port} needs more rights; choose one above 1023 with --port.`,
  };
  const text = causes[error.code ?? ''] ?? `Cannot listen on ${host}:${port} (${error.code}).`;
  return new SpillwayError('unavailable', text, { cause: error });
};
