import { z } from '#core/schema.ts';
import { type AnyControlRoute, controlRoute } from '#gateway/admin/control-route.ts';
import { sliceOf, pageQuery } from '#gateway/admin/page.ts';
import { monthOf, spendQuery } from '#gateway/admin/spend-query.ts';
import { dollarsOf } from '#keys/money.ts';
import type { Principal } from '#keys/principal.ts';
import type { Registry } from '#keys/registry.ts';
import { scopeOf } from '#keys/spend-view.ts';
import { type Usage, USAGE_FIELDS, type UsageField, type UsageSums } from '#store/spend.ts';

/** LiteLLM's names for what a day's spend is told apart by. */
const BREAKDOWN = {
  models: 'model',
  model_groups: 'group',
  providers: 'provider',
  api_keys: 'token',
} as const satisfies Record<string, UsageField>;

/** Whom each route is about: its spend is told apart by them too. */
const ENTITIES = {
  user: 'user',
  team: 'team',
  customer: 'endUser',
  end_user: 'endUser',
} as const satisfies Record<string, UsageField>;

const query = z.object({
  ...spendQuery,
  ...pageQuery,
  team_ids: z.string().optional(),
  end_user_ids: z.string().optional(),
});

/** A page has so many days unless its reader asks for another number. */
const PAGE_DAYS = 50;

/** What was used day by day, the latest first, a page of days at a time. */
export const dailyActivityRoutes = (registry: Registry): readonly AnyControlRoute[] => [
  ...Object.entries(ENTITIES).map(([word, field]) =>
    controlRoute({
      method: 'get',
      path: `/${word}/daily/activity`,
      access: 'key',
      summary: `What was used day by day, by ${word}, model, key and provider.`,
      query,
      serve: async ({ query: asked, principal }) =>
        daily(await usedBy(registry, principal, { asked, field }), { entity: field }, asked),
    }),
  ),
  controlRoute({
    method: 'get',
    path: '/user/daily/activity/aggregated',
    access: 'key',
    summary: 'The same by user, for all days together.',
    query,
    async serve({ query: asked, principal }) {
      const rows = await usedBy(registry, principal, { asked, field: 'user' });
      return daily(rows, { entity: 'user' }, { ...asked, page: 1, size: MOST_DAYS });
    },
  }),
  controlRoute({
    method: 'get',
    path: '/tag/daily/activity',
    access: 'viewer',
    summary: 'What was used day by day, by tag, without a split by model.',
    query: z.object({
      start_date: spendQuery.start_date,
      end_date: spendQuery.end_date,
      tags: z.string().optional(),
      ...pageQuery,
    }),
    async serve({ query: asked }) {
      const filter = monthOf(asked, registry.wall());
      const rows = await registry.store.spend.tags(filter, 'day');
      const tags = asked.tags?.split(',').map((tag) => tag.trim());
      const wanted = tags ? rows.filter(({ by }) => tags.includes(by['tag'] ?? '')) : rows;
      return daily(wanted, { entity: 'tag', breakdown: {} }, asked);
    },
  }),
  controlRoute({
    method: 'get',
    path: '/spillway/usage',
    access: 'key',
    summary: 'Sums of requests, tokens and spend, grouped as asked: by hour, by day or in total.',
    query: z.object({
      ...spendQuery,
      per: z.enum(['hour', 'day', 'all']).default('day'),
      by: z.string().default(''),
    }),
    async serve({ query: asked, principal }) {
      const filter = scopeOf(registry, principal, monthOf(asked, registry.wall()));
      const names = asked.by.split(',').map((name) => name.trim());
      const by = USAGE_FIELDS.filter((field) => names.includes(field));
      const rows = await registry.store.spend.usage({ filter, by, per: asked.per });
      return {
        usage: rows.map((row) => ({
          at: row.atMs === 0 ? null : new Date(row.atMs).toISOString(),
          ...row.by,
          ...metricsOf(row),
        })),
      };
    },
  }),
];

/** Days that one answer without pages has at most: ten years. */
const MOST_DAYS = 3_660;

const usedBy = async (
  registry: Registry,
  principal: Principal,
  { asked, field }: { readonly asked: z.infer<typeof query>; readonly field: UsageField },
): Promise<readonly Usage[]> => {
  const filter = scopeOf(registry, principal, monthOf(asked, registry.wall()));
  const by = [...new Set([...Object.values(BREAKDOWN), field])];
  const rows = await registry.store.spend.usage({ filter, by, per: 'day' });
  const ids = (asked.team_ids ?? asked.end_user_ids)?.split(',');
  return ids ? rows.filter((row) => ids.includes(row.by[field] ?? '')) : rows;
};

interface Apart {
  /** Whom the route is about. */
  readonly entity: string;
  /** What else is told apart; as LiteLLM does where absent. */
  readonly breakdown?: Readonly<Record<string, UsageField>>;
}

const daily = (
  rows: readonly Usage[],
  { entity, breakdown = BREAKDOWN }: Apart,
  asked: Parameters<typeof sliceOf>[0],
) => {
  const days = [...Map.groupBy(rows, ({ atMs }) => atMs)].toSorted(([a], [b]) => b - a);
  const { page, limit, offset } = sliceOf(asked, PAGE_DAYS);
  const shown = days.slice(offset, offset + limit);
  const all = metricsOf(total(rows));
  return {
    results: shown.map(([atMs, its]) => ({
      date: new Date(atMs).toISOString().slice(0, 10),
      metrics: metricsOf(total(its)),
      breakdown: {
        ...Object.fromEntries(
          Object.entries(breakdown).map(([name, field]) => [name, apart(its, field)]),
        ),
        entities: apart(its, entity),
      },
    })),
    metadata: {
      total_spend: all.spend,
      total_prompt_tokens: all.prompt_tokens,
      total_completion_tokens: all.completion_tokens,
      total_tokens: all.total_tokens,
      total_api_requests: all.api_requests,
      total_successful_requests: all.successful_requests,
      total_failed_requests: all.failed_requests,
      page,
      total_pages: Math.ceil(days.length / limit),
      has_more: offset + limit < days.length,
    },
  };
};

const apart = (rows: readonly Usage[], field: string) =>
  Object.fromEntries(
    [...Map.groupBy(rows, ({ by }) => by[field] ?? '')].map(([name, its]) => [
      name,
      { metrics: metricsOf(total(its)), metadata: {} },
    ]),
  );

const total = (rows: readonly UsageSums[]): UsageSums => {
  const sum = { requests: 0, failures: 0, tokensIn: 0, tokensOut: 0, nanos: 0 };
  for (const row of rows) {
    sum.requests += row.requests;
    sum.failures += row.failures;
    sum.tokensIn += row.tokensIn;
    sum.tokensOut += row.tokensOut;
    sum.nanos += row.nanos;
  }
  return sum;
};

const metricsOf = ({ requests, failures, tokensIn, tokensOut, nanos }: UsageSums) => ({
  spend: dollarsOf(nanos),
  prompt_tokens: tokensIn,
  completion_tokens: tokensOut,
  total_tokens: tokensIn + tokensOut,
  api_requests: requests,
  successful_requests: requests - failures,
  failed_requests: failures,
});
