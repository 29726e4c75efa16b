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
  /** Another piece, to the letter. */
  readonly exactly?: string;
  /** When it began at the earliest and at the latest, Unix epoch ms. */
  readonly fromMs?: number;
  readonly untilMs?: number;
  readonly limit: number;
  readonly offset: number;
}

/** A person as runs and conversations name them. */
export interface Person {
  readonly user: string;
  /** Words for keys of theirs. */
  readonly words: readonly string[];
}

/** Words for whoever asks for an app as a model: they stand before the user that they name, if any. */
const WORD = /^(?:master|anybody|[0-9a-f]{12})$/;

/** Whether what is recorded under this name is a person's: said by their name, or with a key of theirs for nobody else. */
export const isOf = (recorded: string, { user, words }: Person): boolean => {
  if (recorded === user) return true;
  const slash = recorded.indexOf('/');
  const [word, named] = [recorded.slice(0, slash), recorded.slice(slash + 1)];
  if (slash < 0 || !WORD.test(word)) return false;
  return named === '' ? words.includes(word) : named === user;
};

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
  /** Removes the runs of a person: who it was stands in the head as `facts.user`. */
  forget(person: Person): Promise<void>;
  /** Removes what began before `beforeMs`, and the oldest of what takes more than `bytes` together. */
  trim(bounds: { readonly beforeMs: number; readonly bytes: number }): Promise<void>;
}
