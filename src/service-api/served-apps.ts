import type { Finding } from '#core/finding.ts';
import type { App } from '#flow/dsl/app.ts';
import type { Flow } from '#flow/prepare.ts';

/** An app that is served, or would be if nothing were wrong with it. */
export interface ServedApp {
  readonly id: string;
  /** Of this version of the app: another text, another id. */
  readonly workflowId: string;
  readonly app: App;
  /** The text that it was read from. */
  readonly text: string;
  /** Absent when something keeps it from being run. */
  readonly flow: Flow | undefined;
  /** What keeps it from being run, or fails some of its nodes when their turn comes. */
  readonly findings: readonly Finding[];
  /** Whether it stands in the folder of apps, where its file is what counts. */
  readonly isFile: boolean;
  /** Seconds since 1970. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

const MOST_APPS = 1000;

/** The apps that there are. A run keeps the version that it began with. */
export class ServedApps {
  readonly #apps = new Map<string, ServedApp>();

  /** False when there are as many as there may be. */
  put(app: ServedApp): boolean {
    if (!this.#apps.has(app.id) && this.#apps.size >= MOST_APPS) return false;
    this.#apps.set(app.id, app);
    return true;
  }

  delete(id: string): boolean {
    return this.#apps.delete(id);
  }

  get(id: string): ServedApp | undefined {
    return this.#apps.get(id);
  }

  /** By id, else the first of that name. */
  find(idOrName: string): ServedApp | undefined {
    return this.#apps.get(idOrName) ?? this.all().find(({ app }) => app.name === idOrName);
  }

  /** By name. */
  all(): ServedApp[] {
    return [...this.#apps.values()].toSorted((a, b) => (a.app.name < b.app.name ? -1 : 1));
  }
}
