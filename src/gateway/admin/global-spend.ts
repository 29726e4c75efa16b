import { z } from '#core/schema.ts';
import { type AnyControlRoute, controlRoute } from '#gateway/admin/control-route.ts';
import { filterOf, monthOf, spendQuery } from '#gateway/admin/spend-query.ts';
import { spentOf } from '#keys/cashier.ts';
import { dollarsOf } from '#keys/money.ts';
import { audit, iso, type Registry, setSpend } from '#keys/registry.ts';
import type { Usage, UsageField } from '#store/spend.ts';

const dates = z.object({
  start_date: z.string().optional(),
  end_date: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});

const dayOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10);

const byMoney = (a: Usage, b: Usage): number => b.nanos - a.nanos;

/** LiteLLM's routes for what everybody together has spent, of the last thirty days unless said. */
export const globalSpendRoutes = (registry: Registry): readonly AnyControlRoute[] => [
  controlRoute({
    method: 'get',
    path: '/global/spend',
    access: 'viewer',
    summary: 'What everybody together has spent.',
    serve: () => ({
      spend: dollarsOf(registry.purses.purse({ kind: 'global', id: '', sinceMs: 0 }).spentNanos),
      max_budget: registry.everybody.max_budget ?? null,
    }),
  }),
  controlRoute({
    method: 'get',
    path: '/global/spend/logs',
    access: 'viewer',
    summary: 'Spend by day; of one key where it is named.',
    query: z.object({ ...dates.shape, api_key: z.string().optional() }),
    async serve({ query }) {
      const filter = monthOf(query, registry.wall());
      const days = await registry.store.spend.usage({ filter, by: [], per: 'day' });
      return days.toReversed().map(({ atMs, nanos }) => ({
        date: dayOf(atMs),
        spend: dollarsOf(nanos),
      }));
    },
  }),
  controlRoute({
    method: 'post',
    path: '/global/spend/reset',
    access: 'admin',
    summary: 'Sets what all keys and teams have spent to nothing; records stay.',
    async serve({ principal }) {
      const { keys, teams } = registry.directory;
      for (const { id, budget_duration: duration } of keys.all())
        await setSpend(registry, { kind: 'key', id }, { dollars: 0, duration });
      for (const { team_id: id, budget_duration: duration } of teams.all())
        await setSpend(registry, { kind: 'team', id }, { dollars: 0, duration });
      const of = { action: 'spend reset', subject: 'keys', objectId: 'all' };
      await audit(registry, principal, of);
      return { message: 'Spend for all API Keys and Teams reset successfully', status: 'success' };
    },
  }),
  controlRoute({
    method: 'get',
    path: '/provider/budgets',
    access: 'viewer',
    summary: 'What each vendor may be paid, and has been.',
    serve: () => ({
      providers: Object.fromEntries(
        Object.entries(registry.providerBudgets).map(([id, { maxDollars, duration = null }]) => {
          const wallMs = registry.wall();
          const spent = spentOf(registry, { kind: 'provider', id }, { duration, wallMs });
          const budget = {
            budget_limit: maxDollars,
            time_period: duration,
            spend: dollarsOf(spent.nanos),
            budget_reset_at: spent.resetMs === undefined ? null : iso(spent.resetMs),
          };
          return [id, budget];
        }),
      ),
    }),
  }),
  ...sums(registry),
  ...activity(registry),
  ...tags(registry),
  reporting(registry),
];

const sums = (registry: Registry): readonly AnyControlRoute[] => {
  const summed = async (query: z.infer<typeof dates>, field: UsageField) => {
    const filter = monthOf(query, registry.wall());
    const rows = await registry.store.spend.usage({ filter, by: [field], per: 'all' });
    return rows.toSorted(byMoney).slice(0, query.limit);
  };
  const route = (
    path: string,
    field: UsageField,
    show: (id: string, usage: Usage) => object,
  ): AnyControlRoute =>
    controlRoute({
      method: 'get',
      path: `/global/spend/${path}`,
      access: 'viewer',
      summary: `Spend by ${path}.`,
      query: dates,
      serve: async ({ query }) =>
        (await summed(query, field)).map((usage) => show(usage.by[field] ?? '', usage)),
    });
  const money = ({ nanos }: Usage) => ({ total_spend: dollarsOf(nanos) });
  return [
    route('keys', 'token', (id, usage) => {
      const key = registry.directory.byToken(id);
      const { key_alias: alias = null, key_name: name = null } = key ?? {};
      return { api_key: id, key_alias: alias, key_name: name, ...money(usage) };
    }),
    route('teams', 'team', (id, usage) => {
      const alias = registry.directory.teams.get(id)?.team_alias ?? null;
      return { team_id: id, team_alias: alias, ...money(usage) };
    }),
    route('end_users', 'endUser', (id, usage) => ({
      end_user: id,
      total_count: usage.requests,
      ...money(usage),
    })),
    route('models', 'group', (id, usage) => ({ model: id, ...money(usage) })),
    route('provider', 'provider', (id, { nanos }) => ({ provider: id, spend: dollarsOf(nanos) })),
  ];
};

const activity = (registry: Registry): readonly AnyControlRoute[] => [
  controlRoute({
    method: 'get',
    path: '/global/activity',
    access: 'viewer',
    summary: 'Requests and tokens by day.',
    query: dates,
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
    summary: 'Requests and tokens by day and model.',
    query: dates,
    async serve({ query }) {
      const filter = monthOf(query, registry.wall());
      const rows = await registry.store.spend.usage({ filter, by: ['group'], per: 'day' });
      const groups = Map.groupBy(rows.toReversed(), ({ by }) => by['group'] ?? '');
      return [...groups].map(([model, days]) => ({ model, ...summary(days) }));
    },
  }),
];

const tags = (registry: Registry): readonly AnyControlRoute[] => [
  controlRoute({
    method: 'get',
    path: '/global/spend/tags',
    access: 'viewer',
    summary: 'Spend by tag.',
    query: z.object({ ...dates.shape, tags: z.string().optional() }),
    async serve({ query }) {
      const wanted = query.tags?.split(',');
      const all = await registry.store.spend.tags(monthOf(query, registry.wall()));
      const rows = all.filter(({ by }) => !wanted || wanted.includes(by['tag'] ?? ''));
      return {
        spend_per_tag: rows.toSorted(byMoney).map(({ by, nanos, requests }) => ({
          name: by['tag'] ?? '',
          spend: dollarsOf(nanos),
          log_count: requests,
        })),
      };
    },
  }),
  controlRoute({
    method: 'get',
    path: '/global/spend/all_tag_names',
    access: 'viewer',
    summary: 'Every tag that was ever used.',
    serve: async () => ({
      tag_names: (await registry.store.spend.tags({})).map(({ by }) => by['tag'] ?? ''),
    }),
  }),
];

const reporting = (registry: Registry): AnyControlRoute =>
  controlRoute({
    method: 'get',
    path: '/global/spend/report',
    access: 'viewer',
    summary: 'Spend by day, and within it by team, key, end user or model.',
    query: z.object({
      ...spendQuery,
      group_by: z.enum(['team', 'customer', 'api_key', 'model']).default('team'),
    }),
    async serve({ query }) {
      const field = REPORT_FIELDS[query.group_by];
      const filter = { ...monthOf(query, registry.wall()), ...filterOf(query) };
      const rows = await registry.store.spend.usage({ filter, by: [field], per: 'day' });
      const days = Map.groupBy(rows.toReversed(), ({ atMs }) => atMs);
      return [...days].map(([atMs, all]) => ({
        group_by_day: dayOf(atMs),
        [`${query.group_by}s`]: all.map(({ by, nanos, requests, tokensIn, tokensOut }) => ({
          [query.group_by]: by[field] ?? '',
          total_spend: dollarsOf(nanos),
          api_requests: requests,
          total_tokens: tokensIn + tokensOut,
        })),
      }));
    },
  });

const REPORT_FIELDS = {
  team: 'team',
  customer: 'endUser',
  api_key: 'token',
  model: 'group',
} as const satisfies Record<string, UsageField>;

const summary = (days: readonly Usage[]) => ({
  daily_data: days.map(({ atMs, requests, tokensIn, tokensOut }) => ({
    date: dayOf(atMs),
    api_requests: requests,
    total_tokens: tokensIn + tokensOut,
  })),
  sum_api_requests: days.reduce((sum, { requests }) => sum + requests, 0),
  sum_total_tokens: days.reduce((sum, { tokensIn, tokensOut }) => sum + tokensIn + tokensOut, 0),
});
