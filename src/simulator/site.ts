import type { Targets } from '#simulator/config/faults.ts';
import type { Exchange } from '#simulator/exchange.ts';
import type { FaultScript } from '#simulator/faults/script.ts';
import type { World } from '#simulator/model-call.ts';
import type { Project } from '#simulator/project.ts';
import type { ProjectReport } from '#simulator/project-report.ts';

/** What the routes need of the simulator that serves them. */
export interface Site {
  readonly world: World;
  readonly projectOf: (key: string) => Project | undefined;
  /** The whole key, `ID:SECRET`, that begins with an id: of projects whose requests are signed. */
  readonly signingKeyOf: (id: string) => string | undefined;
  readonly faults: FaultScript;
  readonly targets: Targets;
  readonly reports: () => ProjectReport[];
  readonly reset: () => void;
}

export type Handler = (site: Site, exchange: Exchange) => Promise<void> | void;
