import { SpillwayError } from '#core/errors.ts';
import { isObject, type JsonObject, own } from '#core/json.ts';
import { z } from '#core/schema.ts';
import { type AnyControlRoute, controlRoute } from '#gateway/admin/control-route.ts';
import { monthOf } from '#gateway/admin/spend-query.ts';
import type { Registry } from '#keys/registry.ts';
import type { SpendFilter, SpendRecord, Usage } from '#store/spend.ts';

const DAY_MS = 86_400_000;
/** Models and deployments that an answer has at most. */
const MOST_SERIES = 10;
/** Records that are read at once, and for one answer. */
const BATCH = 1_000;
const MOST_RECORDS = 100_000;
const TOO_MANY = 429;

const dates = { start_date: z.string().optional(), end_date: z.string().optional() };

/** LiteLLM's routes for what charts show of everybody's requests, of the last thirty days unless said. */
export const globalActivityRoutes = (registry: Registry): readonly AnyControlRoute[] => [
  controlRoute({
    method: 'get',
    path: '/global/activity',
    access: 'viewer',
    summary: 'Requests and tokens by day.',
    query: z.object(dates),
    async serve({ query }) {
      const filter = monthOf(query, registry.wall());
      const days = await registry.store.spend.usage({ filter, by: [], per: 'day' });
      return summary(days.toReversed());
    },
  }),
  controlRoute({
    method: 'get',
    path: '/global/activity/model',
    access: 'viewer',
    summary: 'Requests and tokens by day and model, of the ten most used.',
    query: z.object(dates),
    async serve({ query }) {
      const filter = monthOf(query, registry.wall());
      const rows = await registry.store.spend.usage({ filter, by: ['group'], per: 'day' });
      const groups = Map.groupBy(rows.toReversed(), ({ by }) => by['group'] ?? '');
      return [...groups]
        .map(([model, days]) => ({ model, ...summary(days) }))
        .toSorted((a, b) => b.sum_api_requests - a.sum_api_requests)
        .slice(0, MOST_SERIES);
    },
  }),
  ...refusalRoutes(registry),
];

/** `Jan 22`: what a chart writes below a day. */
const labelOf = (atMs: number): string =>
  new Date(atMs).toLocaleDateString('en-US', { month: 'short', day: '2-digit', timeZone: 'UTC' });

const summary = (days: readonly Usage[]) => ({
  daily_data: days.map(({ atMs, requests, tokensIn, tokensOut }) => ({
    date: labelOf(atMs),
    api_requests: requests,
    total_tokens: tokensIn + tokensOut,
  })),
  sum_api_requests: days.reduce((sum, { requests }) => sum + requests, 0),
  sum_total_tokens: days.reduce((sum, { tokensIn, tokensOut }) => sum + tokensIn + tokensOut, 0),
});

const refusalRoutes = (registry: Registry): readonly AnyControlRoute[] => {
  const query = z.object({ ...dates, model_group: z.string().min(1) });
  const refusals = (asked: z.infer<typeof query>): Promise<readonly SpendRecord[]> =>
    refused(registry, { ...monthOf(asked, registry.wall()), status: 'failure' });
  return [
    controlRoute({
      method: 'get',
      path: '/global/activity/exceptions',
      access: 'viewer',
      summary: 'Requests of a model that were refused with 429, by day.',
      query,
      serve: async ({ query: asked }) => counted(await refusals(asked)),
    }),
    controlRoute({
      method: 'get',
      path: '/global/activity/exceptions/deployment',
      access: 'viewer',
      summary: 'The same by deployment, of the ten with the most.',
      query,
      async serve({ query: asked }) {
        const all = Map.groupBy(await refusals(asked), ({ deployment }) => deployment);
        return [...all]
          .map(([deployment, its]): JsonObject => ({ deployment, ...counted(its) }))
          .toSorted((a, b) => Number(b[SUM]) - Number(a[SUM]))
          .slice(0, MOST_SERIES);
      },
    }),
  ];
};

const SUM = 'sum_num_rate_limit_exceptions';

/** Throws SpillwayError where there are more than one answer looks at. */
const refused = async (
  { store: { spend } }: Registry,
  filter: SpendFilter,
): Promise<readonly SpendRecord[]> => {
  const found: SpendRecord[] = [];
  for (let offset = 0; ; offset += BATCH) {
    if (offset >= MOST_RECORDS)
      throw new SpillwayError(
        'invalid_request',
        'Ask for fewer days: there is too much to count.',
        {
          param: 'start_date',
        },
      );
    const records = await spend.list(filter, { limit: BATCH, offset });
    found.push(...records.filter(isRefusal));
    if (records.length < BATCH) return found;
  }
};

const isRefusal = ({ more }: SpendRecord): boolean => {
  const error = own(more, 'error');
  return isObject(error) && own(error, 'status') === TOO_MANY;
};

const counted = (records: readonly SpendRecord[]) => {
  const days = Map.groupBy(records, ({ startedMs }) => Math.floor(startedMs / DAY_MS));
  return {
    daily_data: [...days]
      .toSorted(([a], [b]) => a - b)
      .map(([day, its]) => ({
        date: labelOf(day * DAY_MS),
        num_rate_limit_exceptions: its.length,
      })),
    [SUM]: records.length,
  };
};
