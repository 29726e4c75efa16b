import type { Kysely } from 'kysely';
import type { Clock } from '#core/clock.ts';
import { appRunsTable } from '#store/app-runs-table.ts';
import { auditTable } from '#store/audit-table.ts';
import { guarded } from '#store/guarded.ts';
import { shelfTable } from '#store/shelf-table.ts';
import { spendTable } from '#store/spend-table.ts';
import { type FactStore, type Store, type Subject, SUBJECTS } from '#store/store.ts';
import type { Tables } from '#store/tables.ts';

/** A store of tables that are there: the same for every database. */
export const sqlStore = (
  db: Kysely<Tables>,
  { kind, clock }: { readonly kind: Store['kind']; readonly clock: Pick<Clock, 'wall'> },
): Store => ({
  kind,
  shelves: Object.fromEntries(
    SUBJECTS.map((subject) => [subject, guarded(shelfTable(db, subject, clock))]),
  ) as Record<Subject, ReturnType<typeof shelfTable>>,
  spend: guarded(spendTable(db)),
  audit: guarded(auditTable(db)),
  appRuns: guarded(appRunsTable(db)),
  facts: guarded(factTable(db)),
  close: () => db.destroy(),
});

const factTable = (db: Kysely<Tables>): FactStore => {
  const get = async (name: string): Promise<string | undefined> => {
    const query = db.selectFrom('facts').select('value').where('name', '=', name);
    return (await query.executeTakeFirst())?.value;
  };
  return {
    get,
    async setOnce(name, value) {
      await db
        .insertInto('facts')
        .values({ name, value })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .execute();
      return (await get(name)) ?? value;
    },
    async set(name, value) {
      await db
        .insertInto('facts')
        .values({ name, value })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
        .execute();
    },
  };
};
