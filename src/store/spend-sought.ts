import { type Kysely, type RawBuilder, sql } from 'kysely';
import { plainText } from '#core/plain-text.ts';
import { having } from '#store/like.ts';
import { NAMES, type WhoFilter } from '#store/spend-filter.ts';
import { sessionText } from '#store/spend-traits.ts';
import type { RecordFilter } from '#store/spend.ts';
import type { Tables } from '#store/tables.ts';

/** From this and before that, Unix epoch ms, whole. */
export interface Times {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * What lies beside a row of `spend` of this time. It says the time itself: asked of both tables, a
 * database that knows neither looks through the larger one.
 */
type Trait = (times: Times) => RawBuilder<boolean>;

/** Which records are meant, in what tables know of them. */
export interface Sought extends WhoFilter, Pick<RecordFilter, 'minNanos' | 'maxNanos'> {
  readonly traits: readonly Trait[];
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
  const traits: Trait[] = [];
  if (sessions) traits.push(inSessions(db, sessions));
  if (sessionPart !== undefined)
    traits.push((times) =>
      among(keysIn(db, 'spend_sessions', times).where(hasPart('session', sessionPart))),
    );
  if (errorCode !== undefined || errorText !== undefined) traits.push(withError(db, filter));
  if (search === undefined) return { ...plain, traits };
  if (await isSession(db, search))
    return { ...plain, traits: [...traits, inSessions(db, [search])] };
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

const inSessions =
  (db: Db, sessions: readonly string[]): Trait =>
  (times) =>
    sessions.length === 0
      ? sql<boolean>`1 = 0`
      : among(
          keysIn(db, 'spend_sessions', times).where('session', 'in', sessions.map(sessionText)),
        );

const isSession = async (db: Db, text: string): Promise<boolean> => {
  const found = await db
    .selectFrom('spend_sessions')
    .select('id')
    .where('session', '=', sessionText(text))
    .limit(1)
    .executeTakeFirst();
  return found !== undefined;
};

const withError =
  (db: Db, { errorCode, errorText }: RecordFilter): Trait =>
  (times) => {
    let keys = keysIn(db, 'spend_errors', times);
    if (errorCode !== undefined) keys = keys.where('code', '=', errorCode);
    if (errorText !== undefined) keys = keys.where(hasPart('message', errorText));
    return among(keys);
  };

const keysIn = (db: Db, table: 'spend_sessions' | 'spend_errors', { fromMs, toMs }: Times) =>
  db
    .selectFrom(table)
    .select(['started_ms', 'id'])
    .where('started_ms', '>=', fromMs)
    .where('started_ms', '<', toMs);

const among = (keys: ReturnType<typeof keysIn>): RawBuilder<boolean> =>
  sql<boolean>`(started_ms, id) in (${keys})`;

/** In either case, as far as the database knows of them: SQLite does of the letters of ASCII. */
const hasPart = (column: 'session' | 'message', text: string): RawBuilder<boolean> =>
  sql<boolean>`lower(${sql.ref(column)}) like lower(cast(${having(plainText(text))} as text)) escape '!'`;
