/** A run of an app as it is written down. */
export interface RunRow {
  readonly id: string;
  readonly appId: string;
  /** Unix epoch ms. */
  readonly createdMs: number;
  readonly status: string;
  /** What lists show of it: JSON. */
  readonly head: string;
  /** All else: packed by whoever writes it. */
  readonly events: string;
}

export interface RunPage {
  readonly appId: string;
  readonly status?: string;
  /** A piece of the head. */
  readonly text?: string;
  readonly limit: number;
  readonly offset: number;
}

/** Runs of apps: they are many, so they are asked for and never read whole. */
export interface AppRunStore {
  /** Over what was there. */
  put(rows: readonly RunRow[]): Promise<void>;
  get(id: string): Promise<RunRow | undefined>;
  /** The newest first, without events; `total` counts all that fit. */
  page(
    page: RunPage,
  ): Promise<{ readonly total: number; readonly rows: readonly Omit<RunRow, 'events'>[] }>;
  /** All runs of an app. */
  removeApp(appId: string): Promise<void>;
  /** Of an ended process: what was `running` is `stopped`. */
  interrupt(): Promise<void>;
  /** Removes the runs of a person, whose name stands in the head as `facts.user`. */
  forget(user: string): Promise<void>;
  /** Removes what began before `beforeMs`, and the oldest of what takes more than `bytes` together. */
  trim(bounds: { readonly beforeMs: number; readonly bytes: number }): Promise<void>;
}
