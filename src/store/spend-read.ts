import type { Kysely, Selectable } from 'kysely';
import { isObject, type JsonObject, own } from '#core/json.ts';
import type { SpendRecord } from '#store/spend.ts';
import type { Tables } from '#store/tables.ts';

type Who = Selectable<Tables['spend_who']>;

/** Who asked whom in these rows, by number. */
export const whosIn = async (
  db: Kysely<Tables>,
  rows: readonly Pick<Tables['spend'], 'who'>[],
): Promise<ReadonlyMap<number, Who>> => {
  const ids = [...new Set(rows.map(({ who }) => who))];
  if (ids.length === 0) return new Map();
  const found = await db.selectFrom('spend_who').selectAll().where('id', 'in', ids).execute();
  return new Map(found.map((who) => [who.id, who]));
};

export const recordOf = (row: Tables['spend'], who: Who | undefined): SpendRecord => {
  const more = moreIn(row.more);
  const tags = own(more, 'tags');
  delete more['tags'];
  return {
    id: row.id,
    startedMs: row.started_ms,
    endedMs: row.ended_ms,
    token: who?.token ?? '',
    user: who?.user_id ?? '',
    team: who?.team_id ?? '',
    endUser: who?.end_user ?? '',
    group: who?.model_group ?? '',
    model: who?.model ?? '',
    deployment: who?.deployment ?? '',
    provider: who?.provider ?? '',
    status: row.failed === 1 ? 'failure' : 'success',
    nanos: row.nanos,
    tokensIn: row.tokens_in,
    tokensOut: row.tokens_out,
    tags: Array.isArray(tags) ? tags.map(String) : [],
    payments: [],
    more,
  };
};

/** It goes from a journal into its table unread: what a broken disk made of it costs no page. */
export const moreIn = (text: string): JsonObject => {
  try {
    const more: unknown = JSON.parse(text);
    return isObject(more) ? more : {};
  } catch {
    return {};
  }
};
