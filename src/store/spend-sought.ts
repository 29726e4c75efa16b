import { type Kysely, type RawBuilder, sql } from 'kysely';
import { plainText } from '#core/plain-text.ts';
import { having } from '#store/like.ts';
import { NAMES, type WhoFilter } from '#store/spend-filter.ts';
import { sessionText } from '#store/spend-traits.ts';
import type { RecordFilter } from '#store/spend.ts';
import type { Tables } from '#store/tables.ts';

/** Which records are meant, in what tables know of them. */
export interface Sought extends WhoFilter, Pick<RecordFilter, 'minNanos' | 'maxNanos'> {
  /** Of rows of `spend`: what lies beside them. */
  readonly traits: readonly RawBuilder<boolean>[];
  /** An end user is called as somebody else is: no sum tells of both. */
  readonly isOfBoth?: boolean;
}

type Db = Kysely<Tables>;

/** `hasId` says whether there is a record of this id. */
export const soughtBy = async (
  db: Db,
  filter: RecordFilter,
  hasId: (id: string) => Promise<boolean>,
): Promise<Sought> => {
  const { sessions, sessionPart, errorCode, errorText, search, ...plain } = filter;
  const traits: RawBuilder<boolean>[] = [];
  if (sessions) traits.push(inSessions(db, filter, sessions));
  if (sessionPart !== undefined)
    traits.push(among(keysIn(db, 'spend_sessions', filter).where(hasPart('session', sessionPart))));
  if (errorCode !== undefined || errorText !== undefined) traits.push(withError(db, filter));
  if (search === undefined) return { ...plain, traits };
  if (await isSession(db, search))
    return { ...plain, traits: [...traits, inSessions(db, filter, [search])] };
  const meant = (await hasId(search)) ? { id: search } : await called(db, search);
  // Of two at once there is none.
  return isAtOdds(plain, meant) ? { traits, tokens: [] } : { ...plain, ...meant, traits };
};

const isAtOdds = (plain: RecordFilter, meant: RecordFilter): boolean =>
  (['id', 'endUser'] as const).some((name) => {
    const [one, other] = [plain[name], meant[name]];
    return one !== undefined && other !== undefined && one !== other;
  });

/** Whoever is called so. */
const called = async (db: Db, name: string): Promise<Omit<Sought, 'traits'>> => {
  if (!(await isWho(db, name, ['end_user']))) return { named: name };
  return (await isWho(db, name, NAMES)) ? { named: name, isOfBoth: true } : { endUser: name };
};

const isWho = async (
  db: Db,
  name: string,
  columns: readonly ((typeof NAMES)[number] | 'end_user')[],
): Promise<boolean> => {
  const found = await db
    .selectFrom('spend_who')
    .select('id')
    .where((who) => who.or(columns.map((column) => who(column, '=', plainText(name)))))
    .limit(1)
    .executeTakeFirst();
  return found !== undefined;
};

/** See `SpendStore.sessions`. */
export const sessionsWith = async (
  db: Db,
  part: string,
  most: number,
): Promise<readonly string[]> => {
  const found = await db
    .selectFrom('spend_sessions')
    .select('session')
    .distinct()
    .where(hasPart('session', part))
    .limit(most)
    .execute();
  return found.map(({ session }) => session);
};

const inSessions = (db: Db, filter: RecordFilter, sessions: readonly string[]) =>
  sessions.length === 0
    ? sql<boolean>`1 = 0`
    : among(keysIn(db, 'spend_sessions', filter).where('session', 'in', sessions.map(sessionText)));

const isSession = async (db: Db, text: string): Promise<boolean> => {
  const found = await db
    .selectFrom('spend_sessions')
    .select('id')
    .where('session', '=', sessionText(text))
    .limit(1)
    .executeTakeFirst();
  return found !== undefined;
};

const withError = (db: Db, filter: RecordFilter) => {
  const { errorCode, errorText } = filter;
  let keys = keysIn(db, 'spend_errors', filter);
  if (errorCode !== undefined) keys = keys.where('code', '=', errorCode);
  if (errorText !== undefined) keys = keys.where(hasPart('message', errorText));
  return among(keys);
};

const keysIn = (
  db: Db,
  table: 'spend_sessions' | 'spend_errors',
  { fromMs, toMs }: RecordFilter,
) => {
  let keys = db.selectFrom(table).select(['started_ms', 'id']);
  if (fromMs !== undefined) keys = keys.where('started_ms', '>=', Math.floor(fromMs));
  if (toMs !== undefined) keys = keys.where('started_ms', '<', Math.ceil(toMs));
  return keys;
};

/** Of rows of `spend`. */
const among = (keys: ReturnType<typeof keysIn>): RawBuilder<boolean> =>
  sql<boolean>`(started_ms, id) in (${keys})`;

/** In either case, as far as the database knows of them: SQLite does of the letters of ASCII. */
const hasPart = (column: 'session' | 'message', text: string): RawBuilder<boolean> =>
  sql<boolean>`lower(${sql.ref(column)}) like lower(cast(${having(plainText(text))} as text)) escape '!'`;
