import { type ExpressionBuilder, type Kysely, sql } from 'kysely';
import { type AppRunStore, isOf, type Person, type RunPage } from '#store/app-runs.ts';
import { having } from '#store/like.ts';
import type { Tables } from '#store/tables.ts';

/** Removed at once where there is too much. */
const BATCH = 100;

export const appRunsTable = (db: Kysely<Tables>): AppRunStore => ({
  async put(rows) {
    if (rows.length === 0) return;
    const values = rows.map(({ id, appId, createdMs, status, head, events }) => ({
      id,
      app_id: appId,
      created_ms: Math.round(createdMs),
      status,
      head,
      events,
      bytes: head.length + events.length,
    }));
    await db
      .insertInto('app_runs')
      .values(values)
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet((row) => ({
          status: row.ref('excluded.status'),
          head: row.ref('excluded.head'),
          events: row.ref('excluded.events'),
          bytes: row.ref('excluded.bytes'),
        })),
      )
      .execute();
  },
  async get(id) {
    const row = await db.selectFrom('app_runs').selectAll().where('id', '=', id).executeTakeFirst();
    return row && { ...headOf(row), events: row.events };
  },
  async page(page) {
    const fitting = db.selectFrom('app_runs').where((row) => fits(row, page));
    const counted = await fitting
      .select(({ fn }) => fn.countAll<number>().as('total'))
      .executeTakeFirst();
    const rows = await fitting
      .select(['id', 'app_id', 'created_ms', 'status', 'head'])
      .orderBy('created_ms', 'desc')
      .orderBy('id', 'desc')
      .limit(page.limit)
      .offset(page.offset)
      .execute();
    return { total: counted?.total ?? 0, rows: rows.map(headOf) };
  },
  async removeApp(appId) {
    await db.deleteFrom('app_runs').where('app_id', '=', appId).execute();
  },
  async interrupt() {
    await db
      .updateTable('app_runs')
      .set({ status: 'stopped' })
      .where('status', '=', 'running')
      .execute();
  },
  forget: (user) => forget(db, user),
  trim: (bounds) => trim(db, bounds),
});

const trim = async (
  db: Kysely<Tables>,
  { beforeMs, bytes }: Parameters<AppRunStore['trim']>[0],
): Promise<void> => {
  await db.deleteFrom('app_runs').where('created_ms', '<', Math.round(beforeMs)).execute();
  for (;;) {
    const sum = await db
      .selectFrom('app_runs')
      .select(({ fn }) => fn.sum<number | null>('bytes').as('bytes'))
      .executeTakeFirst();
    if ((sum?.bytes ?? 0) <= bytes) return;
    const oldest = db
      .selectFrom('app_runs')
      .select('id')
      .orderBy('created_ms')
      .orderBy('id')
      .limit(BATCH);
    await db.deleteFrom('app_runs').where('id', 'in', oldest).execute();
  }
};

/** Those whose head names the person. */
const forget = async (db: Kysely<Tables>, person: Person): Promise<void> => {
  const piece = (text: string): string => plain(JSON.stringify(text).slice(1, -1));
  const names = [`%${piece(person.user)}`, ...person.words.map((word) => `${piece(word)}/`)];
  for (const name of names) {
    const found = await db
      .selectFrom('app_runs')
      .select(['id', 'head'])
      .where('head', 'like', `%"user":"${name}"%`)
      .execute();
    // A pattern fits others, too.
    const theirs = found.filter(({ head }) => isOf(userIn(head), person)).map(({ id }) => id);
    for (let from = 0; from < theirs.length; from += BATCH)
      await db
        .deleteFrom('app_runs')
        .where('id', 'in', theirs.slice(from, from + BATCH))
        .execute();
  }
};

const userIn = (head: string): string =>
  (JSON.parse(head) as { readonly facts?: { readonly user?: string } }).facts?.user ?? '';

/** In a pattern, where what means more than itself fits any character. */
const plain = (text: string): string => text.replaceAll(/[%_\\]/g, '_');

const fits = (
  row: ExpressionBuilder<Tables, 'app_runs'>,
  { appId, status, text, exactly, fromMs, untilMs }: RunPage,
) =>
  row.and([
    row('app_id', '=', appId),
    ...(fromMs === undefined ? [] : [row('created_ms', '>=', fromMs)]),
    ...(untilMs === undefined ? [] : [row('created_ms', '<=', untilMs)]),
    ...(exactly === undefined ? [] : [sql<boolean>`head like ${having(exactly)} escape '!'`]),
    ...(status === undefined ? [] : [row('status', '=', status)]),
    ...(text === undefined ? [] : [row('head', 'like', `%${plain(text)}%`)]),
  ]);

interface Written {
  readonly id: string;
  readonly app_id: string;
  readonly created_ms: number;
  readonly status: string;
  readonly head: string;
}

const headOf = ({ id, app_id, created_ms, status, head }: Written) => ({
  id,
  appId: app_id,
  createdMs: created_ms,
  status,
  head,
});
