import { SpillwayError } from '#core/errors.ts';
import { z } from '#core/schema.ts';
import { filterOf, monthOf, publicly, spendQuery } from '#gateway/admin/spend-query.ts';
import type { Directory } from '#keys/directory.ts';
import { MOST_DOLLARS, nanosOf } from '#keys/money.ts';
import type { RecordFilter, SpendStore } from '#store/spend.ts';

/** Keys that one part of an alias may mean. */
const MOST_KEYS = 1_000;
/** Sessions that one part of an id may mean, and be looked up; of more every session is looked at. */
const MOST_SESSIONS = 1_000;

/** LiteLLM's fields that narrow single records. Others come along, to be told of. */
export const recordQuery = z.looseObject({
  ...spendQuery,
  model_id: z.string().optional(),
  key_alias: z.string().optional(),
  min_spend: z.string().optional(),
  max_spend: z.string().optional(),
  session_id: z.string().optional(),
  error_code: z.string().optional(),
  error_message: z.string().optional(),
  search: z.string().optional(),
});

type RecordQuery = z.infer<typeof recordQuery>;

/** LiteLLM's fields that nothing here answers to, with what changes nothing. */
const UNSERVED: Readonly<Record<string, readonly string[]>> = {
  cache_hit_filter: ['miss'],
  used_client_oauth_token: [],
  span_type: [],
  session_cursor: [],
  group_by_session: ['false', 'False', '0'],
  sort_by: ['startTime'],
  sort_order: ['desc', 'DESC'],
};

export interface RecordQueryDeps {
  readonly directory: Directory;
  readonly spend: Pick<SpendStore, 'sessions'>;
  /** Unix epoch ms. */
  readonly wallMs: number;
}

/**
 * Which records are meant. By what they cost, and by what their errors say, they are looked for one by
 * one: in the last thirty days, unless it is said from when. Rejects with SpillwayError for what cannot be
 * served: all records in the place of some would be a wrong answer.
 */
export const recordFilterOf = async (
  query: RecordQuery,
  { directory, spend, wallMs }: RecordQueryDeps,
): Promise<RecordFilter> => {
  demandServed(query);
  const { model_id: deployment, key_alias: alias } = query;
  const minNanos = costIn(query, 'min_spend');
  const maxNanos = costIn(query, 'max_spend');
  const errorCode = codeIn(query);
  const errorText = textIn(query, 'error_message');
  const search = textIn(query, 'search');
  const isOneByOne = [minNanos, maxNanos, errorText].some((value) => value !== undefined);
  const asked = { ...query, deployment: query.deployment ?? deployment };
  return {
    ...(isOneByOne && query.request_id === undefined ? monthOf(asked, wallMs) : filterOf(asked)),
    ...(alias && { tokens: tokensOf(directory, alias) }),
    ...(await sessionsOf(query, spend)),
    ...(minNanos !== undefined && { minNanos }),
    ...(maxNanos !== undefined && { maxNanos }),
    ...(errorCode !== undefined && { errorCode }),
    ...(errorText !== undefined && { errorText }),
    ...(search !== undefined && { search: publicly(search) }),
  };
};

const demandServed = (query: RecordQuery): void => {
  for (const [name, harmless] of Object.entries(UNSERVED)) {
    const said = query[name];
    if (said === undefined || said === '' || harmless.some((word) => word === said)) continue;
    const served = Object.keys(recordQuery.shape).join(', ');
    const instead = harmless[0] === undefined ? '' : ` (but for \`${harmless[0]}\`)`;
    throw new SpillwayError(
      'invalid_request',
      `\`${name}\` is not served here${instead}. Leave it out; records can be told apart by ${served}.`,
      { param: name },
    );
  }
};

/** Dollars, as nano-dollars. */
const costIn = (query: RecordQuery, field: 'min_spend' | 'max_spend'): number | undefined => {
  const text = query[field]?.trim() ?? '';
  if (text === '') return undefined;
  const dollars = Number(text);
  if (dollars >= 0 && dollars <= MOST_DOLLARS) return nanosOf(dollars);
  throw new SpillwayError(
    'invalid_request',
    `\`${field}\` must be a number of dollars from 0 to ${MOST_DOLLARS}, such as 0.05.`,
    { param: field },
  );
};

const textIn = (query: RecordQuery, field: 'session_id' | 'error_message' | 'search') =>
  query[field]?.trim() || undefined;

const codeIn = ({ error_code: code }: RecordQuery): number | undefined => {
  const text = code?.trim() ?? '';
  if (text === '') return undefined;
  if (/^[1-5]\d\d$/.test(text)) return Number(text);
  throw new SpillwayError(
    'invalid_request',
    '`error_code` must be the HTTP status of an error, such as 429.',
    { param: 'error_code' },
  );
};

/** Those whose id has this in it, as in LiteLLM. */
const sessionsOf = async (
  query: RecordQuery,
  spend: RecordQueryDeps['spend'],
): Promise<Pick<RecordFilter, 'sessions' | 'sessionPart'>> => {
  const part = textIn(query, 'session_id');
  if (part === undefined) return {};
  const sessions = await spend.sessions(part, MOST_SESSIONS + 1);
  return sessions.length > MOST_SESSIONS ? { sessionPart: part } : { sessions };
};

/** Of the keys whose alias has this in it, as in LiteLLM. */
const tokensOf = ({ keys }: Directory, alias: string): readonly string[] => {
  const tokens: string[] = [];
  for (const { key_alias: name, token } of keys.all())
    if (name?.includes(alias)) {
      tokens.push(token);
      if (tokens.length > MOST_KEYS)
        throw new SpillwayError(
          'invalid_request',
          `More than ${MOST_KEYS} keys have this in their alias; give more of it in \`key_alias\`.`,
          { param: 'key_alias' },
        );
    }
  return tokens;
};
