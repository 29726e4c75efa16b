import type { SpendRecord } from '#store/spend.ts';
import type { Store } from '#store/store.ts';

const DAY_MS = 86_400_000;
const BATCH = 5_000;
const DAYS = 30;

/** A month of traffic of some keys, teams and models. */
const recordOf = (n: number, rows: number, nowMs: number): SpendRecord => {
  const startedMs = Math.round(nowMs - (DAYS * DAY_MS * (rows - n)) / rows);
  return {
    id: `record-${n}`,
    startedMs,
    endedMs: startedMs + 900,
    token: `token-${n % 100}`,
    user: `user-${n % 50}`,
    team: `team-${n % 10}`,
    endUser: '',
    group: `model-${n % 5}`,
    model: `model-${n % 5}`,
    deployment: `PJ${n % 3}`,
    provider: 'vendor',
    status: n % 50 === 0 ? 'failure' : 'success',
    nanos: 1_000_000,
    tokensIn: 1_000,
    tokensOut: 200,
    tags: [],
    payments: [{ kind: 'key', id: `token-${n % 100}`, sinceMs: 0 }],
    more: { call_type: 'acompletion', wait_ms: 0, attempts: [['PJ1', 'ok']] },
  };
};

export interface Pages {
  /** Rows a second that the store takes. */
  readonly rowsPerS: number;
  /** What the console asks for, ms: the slowest of three. */
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
  const month = { fromMs: nowMs - DAYS * DAY_MS, toMs: nowMs };
  const page = { limit: 50, offset: 0 };
  const asks: Record<string, () => Promise<unknown>> = {
    'the latest 50': () => store.spend.list({}, page),
    'the latest 50 of one key': () => store.spend.list({ token: 'token-7' }, page),
    'one request': () => store.spend.list({ id: 'record-77' }, page),
    'page 100 of one team': () => store.spend.list({ team: 'team-3' }, { ...page, offset: 5_000 }),
    'the last page of all': () => store.spend.list({}, { ...page, offset: rows - 100 }),
    'the last page of one model': () =>
      store.spend.list({ group: 'model-2' }, { ...page, offset: rows / 5 - 100 }),
    'how many of one key': () => store.spend.count({ token: 'token-7', ...month }),
    'usage by day and model': () => store.spend.usage({ filter: month, by: ['group'], per: 'day' }),
    'usage by day, key, model and deployment': () =>
      store.spend.usage({ filter: month, by: ['token', 'group', 'deployment'], per: 'day' }),
    'usage by hour of a fortnight, seven keys apart': () =>
      store.spend.usage({
        filter: { ...month, fromMs: nowMs - (DAYS / 2) * DAY_MS },
        by: ['token'],
        apart: Array.from({ length: 7 }, (_, n) => `token-${n}`),
        per: 'hour',
      }),
    'how many of all': () => store.spend.count(month),
    'usage by team': () => store.spend.usage({ filter: month, by: ['team'], per: 'all' }),
  };
  const pageMs: Record<string, number> = {};
  for (const [name, ask] of Object.entries(asks)) pageMs[name] = await slowest(ask);
  return { rowsPerS, pageMs };
};

const slowest = async (ask: () => Promise<unknown>): Promise<number> => {
  let most = 0;
  for (let n = 0; n < 3; n++) {
    const startedAt = performance.now();
    await ask();
    most = Math.max(most, performance.now() - startedAt);
  }
  return most;
};
