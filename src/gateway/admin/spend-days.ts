import { SpillwayError } from '#core/errors.ts';
import type { JsonObject } from '#core/json.ts';
import { knownSums } from '#gateway/admin/known-sums.ts';
import { dollarsOf } from '#keys/money.ts';
import type { SpendFilter, SpendStore, Usage } from '#store/spend.ts';

const DAY_MS = 86_400_000;
/** Ten years: each day that is asked for is a row. */
const MOST_DAYS = 3_660;

type Between = SpendFilter & { readonly fromMs: number; readonly toMs: number };

export const isBetween = (filter: SpendFilter): filter is Between =>
  filter.fromMs !== undefined && filter.toMs !== undefined;

/**
 * What was spent on each day (UTC), as LiteLLM sums it: in all, of each user and model, and of each
 * key under its token. After the last day with spend come those without, up to the end.
 */
export const sumsByDay = async (
  store: Pick<SpendStore, 'usage'>,
  filter: Between,
): Promise<readonly JsonObject[]> => {
  if (filter.toMs - filter.fromMs > MOST_DAYS * DAY_MS)
    throw new SpillwayError('invalid_request', `Ask for ${MOST_DAYS} days at most.`, {
      param: 'start_date',
    });
  const rows = await store.usage({ filter, by: ['user', 'model', 'token'], per: 'day' });
  const byDay = Map.groupBy(rows, ({ atMs }) => atMs);
  const days = [...byDay.keys()].toSorted((a, b) => a - b);
  const told = days.map((day) => dayRow(day, byDay.get(day)!));
  const last = days.at(-1);
  if (last === undefined) return told;
  for (let day = last + DAY_MS; day < filter.toMs; day += DAY_MS) told.push(dayRow(day, []));
  return told;
};

const dayRow = (day: number, rows: readonly Usage[]): JsonObject => ({
  startTime: new Date(day).toISOString().slice(0, 10),
  spend: sumOf(rows),
  users: spendBy(rows, 'user'),
  models: spendBy(rows, 'model'),
  ...spendBy(rows, 'token'),
});

const spendBy = (rows: readonly Usage[], field: 'user' | 'model' | 'token'): JsonObject =>
  Object.fromEntries(
    [...Map.groupBy(knownSums(rows, field), ({ by }) => by[field] ?? '')].map(([name, its]) => [
      name,
      sumOf(its),
    ]),
  );

const sumOf = (rows: readonly Usage[]): number =>
  dollarsOf(rows.reduce((sum, { nanos }) => sum + nanos, 0));
