import type { Kysely } from 'kysely';
import { SpillwayError } from '#core/errors.ts';
import { migrations } from '#store/migrations/index.ts';
import type { MigrationKind } from '#store/migrations/migration.ts';
import type { Tables } from '#store/tables.ts';

export interface MigrateDeps {
  readonly db: Kysely<Tables>;
  readonly kind: MigrationKind;
  /** Unix epoch ms. */
  readonly wallMs: number;
  /** Called before a step that changes what is there: a name for the copy. */
  readonly copy: (name: string) => Promise<void>;
}

/**
 * Takes the steps that have not been taken yet, each in a transaction of its own. Whoever calls it
 * holds a lock. Throws SpillwayError `config_invalid` where a later version has been here.
 */
export const migrate = async ({
  db,
  kind,
  wallMs,
  copy,
}: MigrateDeps): Promise<readonly string[]> => {
  await db.schema
    .createTable('migrations')
    .ifNotExists()
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('at_ms', 'bigint', (column) => column.notNull())
    .execute();
  const rows = await db.selectFrom('migrations').select('name').execute();
  const taken = new Set(rows.map(({ name }) => name));
  const unknown = [...taken].filter((name) => !migrations.some((each) => each.name === name));
  if (unknown.length > 0)
    throw new SpillwayError(
      'config_invalid',
      `The store was written by a later Spillway (${unknown.join(', ')}). Start that one, or restore the copy that it made before.`,
    );
  const left = migrations.filter(({ name }) => !taken.has(name));
  for (const step of left) {
    const { name } = step;
    if (rows.length > 0) await copy(name);
    await db.transaction().execute(async (all) => {
      await step.up(all as unknown as Kysely<never>, kind);
      await all.insertInto('migrations').values({ name, at_ms: wallMs }).execute();
    });
  }
  return left.map(({ name }) => name);
};
