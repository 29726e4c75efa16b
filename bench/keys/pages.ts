import { newCallId } from '#core/ids.ts';
import { type RecordFilter, USAGE_FIELDS, type SpendRecord } from '#store/spend.ts';
import type { Store } from '#store/store.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const BATCH = 5_000;
const DAYS = 30;
const PAGE = 50;
/** What an answer without pages has, and what an export reads at once. */
const MANY = 1_000;
/** As many tags as a few teams have. */
const TAGS = 20;
const RARE = 'token-rare';
const FOREIGN_ID = 'chatcmpl-of-somebody-else';

const MORE = {
  litellm_call_id: newCallId(),
  call_type: 'acompletion',
  stream: false,
  wait_ms: 0,
  attempts: [['PJ1', 'ok']],
  decision: 'quota-aware chose PJ1 of PJ1 PJ2 PJ3',
  first_ms: 123.4,
  upstream_id: 'chatcmpl-AbCdEfGhIjKlMnOpQrStUvWxYz',
  requester_ip_address: '192.0.2.1',
};
/** One of ten belongs to a session, and ten to each. */
const sessionOf = (n: number): string | undefined =>
  n % 10 === 3 ? `talk-${Math.floor(n / 100)}.` : undefined;
const ERROR = { code: 'upstream_error', status: 502, message: 'The vendor broke off.' };

/** A month of traffic of some keys, teams and models; one key is used once an hour. */
const recordOf = (n: number, rows: number, nowMs: number): SpendRecord => {
  const spacingMs = (DAYS * DAY_MS) / rows;
  const startedMs = Math.round(nowMs - spacingMs * (rows - n));
  const isFirst = Math.floor(startedMs / HOUR_MS) !== Math.floor((startedMs - spacingMs) / HOUR_MS);
  const isFailure = n % 50 === 0;
  const session = sessionOf(n);
  const token = isFirst ? RARE : `token-${n % 100}`;
  return {
    id: n === 0 ? FOREIGN_ID : idAt(startedMs),
    startedMs,
    endedMs: startedMs + 900,
    token,
    user: `user-${n % 50}`,
    team: `team-${n % 10}`,
    endUser: n % 100 === 7 ? 'eve' : '',
    group: `model-${n % 5}`,
    model: `model-${n % 5}`,
    deployment: `PJ${n % 3}`,
    provider: 'vendor',
    status: isFailure ? 'failure' : 'success',
    nanos: 1_000_000,
    tokensIn: 1_000,
    tokensOut: 200,
    tags: [`tag-${n % TAGS}`],
    payments: [{ kind: 'key', id: token, sinceMs: 0 }],
    more: {
      ...MORE,
      ...(session !== undefined && { session_id: session }),
      ...(isFailure && { error: ERROR }),
    },
  };
};

/** As one that was made then. */
const idAt = (ms: number): string => newCallId().slice(0, -12) + ms.toString(16).padStart(12, '0');

export interface Pages {
  /** Rows a second that the store takes. */
  readonly rowsPerS: number;
  /** What is asked for of logs and usage, ms: the slowest of three. */
  readonly pageMs: Readonly<Record<string, number>>;
}

/** Fills a store, and asks it for what the pages of logs and usage show. */
export const pagesOf = async (store: Store, rows: number): Promise<Pages> => {
  const nowMs = Date.now();
  const startedAt = performance.now();
  for (let from = 0; from < rows; from += BATCH) {
    const many = Math.min(BATCH, rows - from);
    await store.spend.add(Array.from({ length: many }, (_, n) => recordOf(from + n, rows, nowMs)));
  }
  const rowsPerS = rows / ((performance.now() - startedAt) / 1_000);
  const asks = { ...logAsks(store, rows, nowMs), ...usageAsks(store, nowMs) };
  const pageMs: Record<string, number> = {};
  for (const [name, ask] of Object.entries(asks)) pageMs[name] = await slowest(name, ask);
  return { rowsPerS, pageMs };
};

type Asks = Readonly<Record<string, () => Promise<readonly unknown[]>>>;

/** What narrows a log, and about which share of it that leaves. */
const narrowed = (
  rows: number,
  nowMs: number,
): Readonly<Record<string, [RecordFilter, number]>> => {
  const week = { fromMs: nowMs - 17 * DAY_MS - 5, toMs: nowMs - 10 * DAY_MS - 5 };
  return {
    all: [{}, 1],
    'one key': [{ token: 'token-7' }, 0.01],
    'a key that is used once an hour': [{ token: RARE }, (DAYS * 24) / rows],
    'one team': [{ team: 'team-3' }, 0.1],
    'one user': [{ user: 'user-9' }, 0.02],
    'one end user': [{ endUser: 'eve' }, 0.01],
    'one model': [{ group: 'model-2' }, 0.2],
    'one deployment': [{ deployment: 'PJ1' }, 0.33],
    failures: [{ status: 'failure' }, 0.02],
    successes: [{ status: 'success' }, 0.98],
    'failures of one model': [{ status: 'failure', group: 'model-0' }, 0.02],
    'failures of one deployment of one model': [
      { status: 'failure', group: 'model-0', deployment: 'PJ0' },
      0.0066,
    ],
    'one key in a week': [{ token: 'token-7', ...week }, 0.0022],
    'failures of one user in a week': [{ user: 'user-0', status: 'failure', ...week }, 0.0045],
    'one key of one team': [{ token: 'token-13', team: 'team-3' }, 0.01],
    'a model that nobody asks': [{ group: 'none' }, 0],
    'one session': [{ sessions: ['talk-50.'] }, 10 / rows],
    'a part of the id of a session': [{ sessionPart: 'LK-50.' }, 10 / rows],
    'failures with one status': [{ errorCode: ERROR.status }, 0.02],
    'failures that say something': [{ errorText: 'broke OFF' }, 0.02],
    'failures that say what none says': [{ errorText: 'nobody' }, 0],
    'whatever is called as one user': [{ search: 'user-9' }, 0.02],
    'whatever is called as one session': [{ search: 'talk-50.' }, 10 / rows],
    'whatever is called as nobody': [{ search: 'none' }, 0],
    'failures of a key that has none': [{ token: 'token-7', status: 'failure' }, 0],
  };
};

/** A page is shown with the number of all. */
const logAsks = ({ spend }: Store, rows: number, nowMs: number): Asks => {
  const asks: Record<string, () => Promise<readonly unknown[]>> = {};
  const ask = (
    name: string,
    filter: RecordFilter,
    at: { offset: number; limit?: number },
  ): void => {
    asks[name] = async () => {
      const { limit = PAGE, offset } = at;
      const page = { limit, offset: Math.floor(offset) };
      const [list, many] = await Promise.all([spend.list(filter, page), spend.count(filter)]);
      const there = Math.max(0, Math.min(limit, many - page.offset));
      if (list.length !== there)
        throw new Error(`${name}: ${list.length} records at ${offset} of ${many}`);
      return list;
    };
  };
  for (const [name, [filter, share]] of Object.entries(narrowed(rows, nowMs))) {
    const about = rows * share;
    ask(`the first page of ${name}`, filter, { offset: 0 });
    if (share === 0) continue;
    ask(`the middle page of ${name}`, filter, { offset: about / 2 });
    ask(`the last page of ${name}`, filter, { offset: Math.max(0, about - 3 * PAGE) });
  }
  ask('1000 of a key that is used once an hour', { token: RARE }, { offset: 0, limit: MANY });
  ask(
    '1000 of an export of one key, far in it',
    { token: 'token-7' },
    { offset: rows * 0.005, limit: MANY },
  );
  ask('1000 of an export of all, far in it', {}, { offset: rows * 0.7, limit: MANY });
  ask('a page behind the last one', {}, { offset: rows * 2 });
  ask('a request by an id that is not ours', { id: FOREIGN_ID }, { offset: 0 });
  ask('a request by an id that is not there', { id: 'none' }, { offset: 0 });
  asks['sessions by a part of an id'] = () => spend.sessions('ALK-5', MANY);
  asks['a request by its id'] = async () => {
    const [one] = await spend.list({}, { limit: 1, offset: Math.floor(rows / 2) });
    return spend.list({ id: one!.id }, { limit: 1, offset: 0 });
  };
  return asks;
};

const usageAsks = ({ spend }: Store, nowMs: number): Asks => {
  const month = { fromMs: nowMs - DAYS * DAY_MS, toMs: nowMs };
  const asks: Record<string, () => Promise<readonly unknown[]>> = {};
  const sevenOf = { group: 'model', token: 'token', user: 'user', team: 'team', deployment: 'PJ' };
  for (const by of USAGE_FIELDS) {
    const prefix = by in sevenOf ? sevenOf[by as keyof typeof sevenOf] : undefined;
    const dash = by === 'deployment' ? '' : '-';
    const apart =
      prefix === undefined
        ? undefined
        : Array.from({ length: 7 }, (_, n) => `${prefix}${dash}${n}`);
    asks[`usage of a month by ${by}`] = () => spend.usage({ filter: month, by: [by], per: 'all' });
    for (const per of ['hour', 'day'] as const)
      asks[`usage of a month by ${per} and ${by}`] = () =>
        spend.usage({ filter: month, by: [by], ...(apart && { apart }), per });
  }
  asks['usage of a month by hour, of one key, by model'] = () =>
    spend.usage({ filter: { ...month, token: 'token-7' }, by: ['group'], per: 'hour' });
  asks['usage of a month by day, user, model, key and provider'] = () => {
    const by = ['user', 'model', 'group', 'provider', 'token'] as const;
    return spend.usage({ filter: month, by, per: 'day' });
  };
  asks['usage of a month by tag'] = () => spend.tags(month);
  asks['usage of a month by hour, of one tag'] = () =>
    spend.tags({ ...month, tag: 'tag-3' }, 'hour');
  return asks;
};

/** A question that finds nothing is quick for no reason, where something is there. */
const slowest = async (name: string, ask: Asks[string]): Promise<number> => {
  let most = 0;
  for (let n = 0; n < 3; n++) {
    const startedAt = performance.now();
    const found = await ask();
    most = Math.max(most, performance.now() - startedAt);
    const isEmpty = /nobody|none|behind|not there/.test(name);
    if ((found.length === 0) !== isEmpty) throw new Error(`${name}: ${found.length} found`);
  }
  return most;
};
