import { z } from '#core/schema.ts';
import { type AnyControlRoute, controlRoute } from '#gateway/admin/control-route.ts';
import { pageQuery, sliceOf } from '#gateway/admin/page.ts';
import { filterOf, type SpendQuery, spendQuery } from '#gateway/admin/spend-query.ts';
import { budgetsOf } from '#gateway/console/budgets-page.ts';
import { callersRoute } from '#gateway/console/callers.ts';
import { namesOf } from '#gateway/console/names.ts';
import { budgetsReply, historyReply, usageReply } from '#gateway/console/kept-shapes.ts';
import { USAGE_BY, usageReport } from '#gateway/console/usage-report.ts';
import type { Registry } from '#keys/registry.ts';
import { scopeOf, spendRow } from '#keys/spend-view.ts';

const HISTORY_PAGE = 50;

/** A key may be said by its alias too. */
const named = <Query extends SpendQuery>({ directory }: Registry, query: Query): Query => {
  const token = directory.byAlias(query.api_key ?? '')?.token;
  return token === undefined ? query : { ...query, api_key: token };
};

/** What the console shows of keys, people and money: to each what they may see. */
export const keptRoutes = (registry: Registry): readonly AnyControlRoute[] => [
  callersRoute(registry),
  controlRoute({
    method: 'get',
    path: '/spillway/usage/report',
    access: 'key',
    summary: 'Requests, tokens and spend over time: the largest apart, all others together.',
    query: z.object({
      ...spendQuery,
      per: z.enum(['hour', 'day']).default('day'),
      by: z.enum(USAGE_BY).default('group'),
      of: z.enum(['spend', 'requests', 'tokens']).default('spend'),
    }),
    reply: usageReply,
    serve: ({ query, principal }) => usageReport(registry, principal, named(registry, query)),
  }),
  controlRoute({
    method: 'get',
    path: '/spillway/history',
    access: 'key',
    summary: 'Records of requests, the latest first, page by page, with the names of their keys.',
    query: z.object({ ...spendQuery, ...pageQuery }),
    reply: historyReply,
    async serve({ query, principal }) {
      const filter = scopeOf(registry, principal, filterOf(named(registry, query)));
      const { limit, offset } = sliceOf(query, HISTORY_PAGE);
      const { spend } = registry.store;
      const [records, total] = await Promise.all([
        spend.list(filter, { limit, offset }),
        spend.count(filter),
      ]);
      const names = namesOf(registry);
      return {
        total,
        records: records.map((record) => ({
          ...spendRow(registry, record),
          key_name: names('token', record.token),
          team_name: names('team', record.team),
        })),
      };
    },
  }),
  controlRoute({
    method: 'get',
    path: '/spillway/budgets',
    access: 'key',
    summary: 'Every budget that the caller may see: the closest to its limit first.',
    reply: budgetsReply,
    serve: ({ principal }) => budgetsOf(registry, principal),
  }),
];
