import type { Kysely } from 'kysely';

export type MigrationKind = 'sqlite' | 'postgres';

/** One step forward of what is kept. Steps are never changed once they have been published. */
export interface Migration {
  /** Sorts after those before it. */
  readonly name: string;
  up(db: Kysely<never>, kind: MigrationKind): Promise<void>;
}
