import { type Kysely, type SelectQueryBuilder, sql } from 'kysely';
import { modelPurse } from '#store/spend.ts';
import { setSwept } from '#store/swept.ts';
import type { Tables } from '#store/tables.ts';
import { FORGOTTEN } from '#store/without-person.ts';

/** Removes the oldest records, at most so many; before an instant where one is given. How many there were. */
export const removeOldest = (
  db: Kysely<Tables>,
  most: number,
  beforeMs?: number,
): Promise<number> =>
  db.transaction().execute(async (all) => {
    let oldest = keys(all).orderBy('started_ms').orderBy('id').limit(most);
    if (beforeMs !== undefined) oldest = oldest.where('started_ms', '<', Math.floor(beforeMs));
    const gone = await removeRecords(all, oldest);
    if (gone.length > 0) await setSwept(all, Math.max(...gone.map((row) => row.started_ms)));
    return gone.length;
  });

const keys = (db: Kysely<Tables>) => db.selectFrom('spend').select(['started_ms', 'id']);

type Key = Pick<Tables['spend'], 'started_ms' | 'id'>;

/** With what was asked and answered. */
const removeRecords = async (
  all: Kysely<Tables>,
  which: SelectQueryBuilder<Tables, 'spend', Key>,
): Promise<readonly Key[]> => {
  const gone = await all
    .deleteFrom('spend')
    .where((row) => row(row.refTuple('started_ms', 'id'), 'in', which.$asTuple('started_ms', 'id')))
    .returning(['started_ms', 'id'])
    .execute();
  if (gone.length === 0) return gone;
  const names = gone.map(({ id }) => id);
  await all.deleteFrom('spend_bodies').where('id', 'in', names).execute();
  const these = sql.join(
    gone.map(({ started_ms, id }) => sql`(cast(${started_ms} as bigint), cast(${id} as text))`),
  );
  for (const table of ['spend_sessions', 'spend_errors'] as const)
    await all
      .deleteFrom(table)
      .where(sql<boolean>`(started_ms, id) in (values ${these})`)
      .execute();
  return gone;
};

/** Removes records that name a person, at most so many; the name itself when none is left: sums stay, under a word that means nobody. */
export const forget = (db: Kysely<Tables>, user: string, most: number): Promise<number> =>
  db.transaction().execute(async (all) => {
    const theirs = all
      .selectFrom('spend_who')
      .select('id')
      .where((who) => who.or([who('user_id', '=', user), who('end_user', '=', user)]));
    const records = (limit: number) => keys(all).where('who', 'in', theirs).limit(limit);
    const gone = await removeRecords(all, records(most));
    if (gone.length > 0) return gone.length;
    for (const column of ['user_id', 'end_user'] as const)
      await all
        .updateTable('spend_who')
        .set({ [column]: FORGOTTEN, forgotten: 1, mark: sql<string>`'forgotten ' || id` })
        .where(column, '=', user)
        .execute();
    await all
      .deleteFrom('paid')
      .where('kind', 'in', ['user', 'end_user'])
      .where('payer', '=', user)
      .execute();
    await all
      .deleteFrom('paid')
      .where('kind', '=', 'member')
      .where('payer', 'in', (row) =>
        row
          .selectFrom('s_teams')
          .select(sql<string>`id || ':' || cast(${user} as text)`.as('payer')),
      )
      .execute();
    for (const begin of [modelPurse('user', user), modelPurse('end_user', user)])
      await all
        .deleteFrom('paid')
        .where('kind', '=', 'model')
        .where(sql`substr(payer, 1, length(cast(${begin} as text)))`, '=', begin)
        .execute();
    return 0;
  });
