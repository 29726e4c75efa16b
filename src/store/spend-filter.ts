import { type Kysely, sql } from 'kysely';
import { plainText } from '#core/plain-text.ts';
import type { SpendFilter } from '#store/spend.ts';
import type { Tables } from '#store/tables.ts';

/** What a filter says of who it was: the columns of `spend_who`. */
const WHO_FIELDS = {
  token: 'token',
  user: 'user_id',
  team: 'team_id',
  endUser: 'end_user',
  group: 'model_group',
  deployment: 'deployment',
} as const satisfies Partial<Record<keyof SpendFilter, keyof Tables['spend_who']>>;

export interface WhoFilter extends SpendFilter {
  /** What a key (its public token), a user, a team, an end user or a deployment is called. */
  readonly named?: string;
}

/** Columns of whoever sums are told apart by, as well as an end user. */
export const NAMES = ['token', 'user_id', 'team_id', 'deployment'] as const;

/** Those that are meant; undefined where all are. */
const whosOf = (db: Kysely<Tables>, filter: WhoFilter) => {
  const named = Object.entries(WHO_FIELDS).flatMap(([name, column]) => {
    const value = filter[name as keyof typeof WHO_FIELDS];
    return value === undefined ? [] : [{ column, value: plainText(value) }];
  });
  const { tokens, named: name } = filter;
  if (named.length === 0 && !tokens && name === undefined) return undefined;
  let query = db.selectFrom('spend_who').select('id').where('forgotten', '=', 0);
  for (const { column, value } of named) query = query.where(column, '=', value);
  if (name !== undefined)
    query = query.where((who) =>
      who.or([...NAMES, 'end_user' as const].map((column) => who(column, '=', plainText(name)))),
    );
  if (tokens?.length === 0) return query.where(sql<boolean>`1 = 0`);
  return tokens ? query.where('token', 'in', tokens.map(plainText)) : query;
};

/**
 * Of rows with a column `who`: that it is one of those whom a filter means. Who has been forgotten has
 * sums, and no records. Said as a value, so that Postgres looks each row up in a set, and does not look
 * for the rows of each.
 */
export const isMeant = (db: Kysely<Tables>, filter: WhoFilter) => {
  const whos = whosOf(db, filter);
  if (whos) return sql<boolean>`(who in (${whos})) is true`;
  const forgotten = db.selectFrom('spend_who').select('id').where('forgotten', '=', 1);
  return sql<boolean>`who not in (${forgotten})`;
};
