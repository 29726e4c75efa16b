import type { JsonObject } from '#core/json.ts';
import type { AppRunStore } from '#store/app-runs.ts';
import type { SpendStore } from '#store/spend.ts';

/** One object that somebody has written down, in the words of its routes. */
export interface Row {
  readonly id: string;
  readonly body: JsonObject;
}

/** A row as another process of the same store may have left it: without a body it is gone. */
export interface Change {
  readonly id: string;
  readonly body?: JsonObject;
}

/** All objects of one subject. They are few (10,000s) and read whole: who looks one up looks in memory. */
export interface Shelf {
  all(): Promise<readonly Row[]>;
  /** Writes whole rows over what was there, all or none. */
  put(rows: readonly Row[]): Promise<void>;
  remove(ids: readonly string[]): Promise<void>;
  /** Of these, what has been removed is no news to others any more: not even its id is left. */
  forget(ids: readonly string[]): Promise<void>;
  /** What was written or removed at `wallMs` or later, Unix epoch ms of whoever wrote. */
  changedSince(wallMs: number): Promise<readonly Change[]>;
}

/** Every subject that has a shelf, and so a table. */
export const SUBJECTS = [
  'keys',
  'users',
  'teams',
  'budgets',
  'customers',
  'models',
  'credentials',
  'sessions',
  'conversations',
] as const;

export type Subject = (typeof SUBJECTS)[number];

/** Who changed what, and when: what is too old goes, and so does who was forgotten. */
export interface AuditEntry {
  readonly id: string;
  /** Unix epoch ms. */
  readonly atMs: number;
  /** Who did it: a user's id, or a word for the master key. */
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly objectId: string;
  /** Without secrets. */
  readonly before: JsonObject | null;
  readonly after: JsonObject | null;
}

export interface AuditStore {
  add(entries: readonly AuditEntry[]): Promise<void>;
  /** The latest first. */
  list(page: { readonly limit: number; readonly offset: number }): Promise<readonly AuditEntry[]>;
  /** Removes the oldest entries before this instant, at most so many; how many there were. */
  removeBefore(wallMs: number, most: number): Promise<number>;
  /** Takes a person out of all entries: by their id, by these addresses, and by those that entries have of them. */
  forget(user: string, addresses: readonly string[]): Promise<void>;
}

/** Small facts about the store itself. */
export interface FactStore {
  get(name: string): Promise<string | undefined>;
  /** Keeps what is there; answers what is there now. */
  setOnce(name: string, value: string): Promise<string>;
  /** Over what was there. */
  set(name: string, value: string): Promise<void>;
}

/** What must survive a restart. Every promise rejects with what the database said. */
export interface Store {
  readonly kind: 'sqlite' | 'postgres' | 'memory';
  readonly shelves: Readonly<Record<Subject, Shelf>>;
  readonly spend: SpendStore;
  readonly audit: AuditStore;
  readonly appRuns: AppRunStore;
  readonly facts: FactStore;
  /** What was deleted is in none of its files any more; absent where the database sees to that by itself. */
  wipe?(): Promise<void>;
  /** A whole copy as one file at this path; absent where its own tools make one. */
  copyTo?(path: string): Promise<void>;
  close(): Promise<void>;
}
