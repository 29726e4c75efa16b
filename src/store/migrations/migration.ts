import type { Kysely } from 'kysely';

/** One step forward of what is kept. Steps are never changed once they have been published. */
export interface Migration {
  /** Sorts after those before it. */
  readonly name: string;
  up(db: Kysely<never>): Promise<void>;
}
