import { z } from '#core/schema.ts';
import { type AnyControlRoute, controlRoute } from '#gateway/admin/control-route.ts';
import { knownSums } from '#gateway/admin/known-sums.ts';
import { monthOf } from '#gateway/admin/spend-query.ts';
import { spendReport } from '#gateway/admin/spend-report.ts';
import { spentOf } from '#keys/cashier.ts';
import { dollarsOf } from '#keys/money.ts';
import { audit, iso, type Registry, setSpend } from '#keys/registry.ts';
import type { SpendFilter, Usage, UsageField } from '#store/spend.ts';

const dates = z.object({
  start_date: z.string().optional(),
  end_date: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});

const dayOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10);

/** As many as LiteLLM tells of. */
const MOST_END_USERS = 100;

const byMoney = (a: Usage, b: Usage): number => b.nanos - a.nanos;

/** LiteLLM's routes for what everybody together has spent, of the last thirty days unless said. */
export const globalSpendRoutes = (registry: Registry): readonly AnyControlRoute[] => [
  controlRoute({
    method: 'get',
    path: '/global/spend',
    access: 'viewer',
    summary: 'The total spend of everybody.',
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
    summary: 'Sets the spend of all keys and teams to 0; records stay.',
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
    summary: 'The budget and spend of each vendor.',
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
  ...teams(registry),
  ...endUsers(registry),
  ...tags(registry),
  spendReport(registry),
];

const sums = (registry: Registry): readonly AnyControlRoute[] => {
  const summed = async (query: z.infer<typeof dates>, field: UsageField) => {
    const filter = monthOf(query, registry.wall());
    const rows = await registry.store.spend.usage({ filter, by: [field], per: 'all' });
    return knownSums(rows, field).toSorted(byMoney).slice(0, query.limit);
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
    route('models', 'group', (id, usage) => ({ model: id, ...money(usage) })),
    route('provider', 'provider', (id, { nanos }) => ({ provider: id, spend: dollarsOf(nanos) })),
  ];
};

/** Teams that a chart has at most. */
const MOST_TEAMS = 10;

const teams = (registry: Registry): readonly AnyControlRoute[] => [
  controlRoute({
    method: 'get',
    path: '/global/spend/teams',
    access: 'viewer',
    summary: 'Spend by day and team, and the ten teams that spend most.',
    query: dates,
    async serve({ query }) {
      const filter = monthOf(query, registry.wall());
      const rows = await registry.store.spend.usage({ filter, by: ['team'], per: 'day' });
      const nameOf = ({ by: { team } }: Usage): string =>
        team ? (registry.directory.teams.get(team)?.team_alias ?? team) : 'Unassigned';
      const spend = (its: readonly Usage[]) =>
        dollarsOf(its.reduce((sum, { nanos }) => sum + nanos, 0));
      const days = Map.groupBy(rows.toReversed(), ({ atMs }) => atMs);
      const names = Map.groupBy(rows, nameOf);
      return {
        daily_spend: [...days].map(([atMs, its]) => ({
          date: dayOf(atMs),
          ...Object.fromEntries(
            [...Map.groupBy(its, nameOf)].map(([name, one]) => [name, spend(one)]),
          ),
        })),
        teams: [...names.keys()],
        total_spend_per_team: [...names]
          .map(([name, its]) => ({ team_id: name, total_spend: spend(its) }))
          .toSorted((a, b) => b.total_spend - a.total_spend)
          .slice(0, MOST_TEAMS),
      };
    },
  }),
];

/** LiteLLM asks with a body; with a query it can be looked at. */
const endUsers = (registry: Registry): readonly AnyControlRoute[] => {
  const top = async (filter: SpendFilter, limit: number) => {
    const rows = await registry.store.spend.usage({ filter, by: ['endUser'], per: 'all' });
    return rows
      .toSorted(byMoney)
      .slice(0, limit)
      .map(({ by, requests, nanos }) => ({
        end_user: by['endUser'] ?? '',
        total_count: requests,
        total_spend: dollarsOf(nanos),
      }));
  };
  const path = '/global/spend/end_users';
  const summary = 'End users by spend.';
  return [
    controlRoute({
      method: 'get',
      path,
      access: 'viewer',
      summary,
      query: dates,
      serve: ({ query }) => top(monthOf(query, registry.wall()), query.limit),
    }),
    controlRoute({
      method: 'post',
      path,
      access: 'viewer',
      summary,
      body: z.looseObject({
        api_key: z.string().nullish(),
        startTime: z.string().nullish(),
        endTime: z.string().nullish(),
      }),
      serve({ body: { api_key: key, startTime, endTime } }) {
        const asked = {
          ...(startTime && { start_date: startTime }),
          ...(endTime && { end_date: endTime }),
          ...(key && { api_key: key }),
        };
        return top(monthOf(asked, registry.wall()), MOST_END_USERS);
      },
    }),
  ];
};

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
