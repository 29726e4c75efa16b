import { SpillwayError } from '#core/errors.ts';
import { z } from '#core/schema.ts';
import { costOf, type Prices } from '#core/price.ts';
import { type AnyControlRoute, controlRoute } from '#gateway/admin/control-route.ts';
import { pageQuery, sliceOf } from '#gateway/admin/page.ts';
import { isBetween, sumsByDay } from '#gateway/admin/spend-days.ts';
import { exportSpend } from '#gateway/admin/spend-export.ts';
import { recordFilterOf, recordQuery } from '#gateway/admin/record-query.ts';
import { filterOf, spendQuery } from '#gateway/admin/spend-query.ts';
import { demandOf } from '#gateway/demand.ts';
import { shownKey } from '#keys/manage-keys.ts';
import { shownUser } from '#keys/manage-people.ts';
import { dollarsOf } from '#keys/money.ts';
import { mayReadKey, mayReadUser } from '#keys/ownership.ts';
import type { Principal } from '#keys/principal.ts';
import type { Registry } from '#keys/registry.ts';
import { scopeOf, spendRow } from '#keys/spend-view.ts';
import type { RecordFilter } from '#store/spend.ts';
import type { Json, JsonObject } from '#core/json.ts';
import { plainTokens } from '#balancer/estimate.ts';

/** Rows that one answer without pages has at most. */
const MOST_ROWS = 1_000;

/** What models cost, by the names that callers use. */
export type PricesOf = (model: string) => Prices | undefined;

/** LiteLLM's routes for records of spend. */
export const spendRoutes = (registry: Registry, prices: PricesOf): readonly AnyControlRoute[] => [
  ...logRoutes(registry),
  ...sumRoutes(registry),
  calculating(prices),
];

const logRoutes = (registry: Registry): readonly AnyControlRoute[] => [
  controlRoute({
    method: 'get',
    path: '/spend/logs',
    access: 'key',
    summary:
      'The latest records of spend, at most 1000; between two dates sums by day, unless summarize=false. /spend/logs/v2 has pages.',
    query: z.object({ ...spendQuery, summarize: z.stringbool().default(true) }),
    async serve({ query, principal }) {
      const filter = scopeOf(registry, principal, filterOf(query));
      if (query.summarize && query.request_id === undefined && isBetween(filter))
        return sumsByDay(registry.store.spend, filter);
      const page = { limit: MOST_ROWS, offset: 0 };
      return rowsOf(registry, filter, page);
    },
  }),
  ...(['/spend/logs/v2', '/spend/logs/ui'] as const).map((path) =>
    controlRoute({
      method: 'get',
      path,
      access: 'key',
      summary: 'Records of spend, the latest first, page by page.',
      query: recordQuery.extend(pageQuery),
      async serve({ query, principal }) {
        const filter = await recordsIn(registry, principal, query);
        const { page, limit, offset } = sliceOf(query, 50);
        const [rows, total] = await Promise.all([
          rowsOf(registry, filter, { limit, offset }),
          registry.store.spend.count(filter),
        ]);
        return {
          data: rows,
          total,
          page,
          page_size: limit,
          total_pages: Math.ceil(total / limit),
        };
      },
    }),
  ),
  controlRoute({
    method: 'get',
    path: '/spend/logs/ui/{request_id}',
    access: 'key',
    summary: 'One record, with the prompt and the answer where they are kept.',
    async serve({ params: { request_id: id = '' }, principal }) {
      const filter = scopeOf(registry, principal, { id });
      const [row] = await rowsOf(registry, filter, { limit: 1, offset: 0 });
      if (row) return row;
      throw new SpillwayError('not_found', 'There is no record of this request, or not yet.', {
        param: 'request_id',
      });
    },
  }),
  controlRoute({
    method: 'get',
    path: '/spend/logs/export',
    access: 'key',
    summary: 'All matching records as JSON Lines or CSV: a log that spillway plan can replay.',
    query: recordQuery.extend({ format: z.enum(['jsonl', 'csv']).default('jsonl') }),
    async serve({ query, principal }) {
      const filter = await recordsIn(registry, principal, query);
      const how = { format: query.format, wallMs: registry.wall() };
      return exportSpend(registry, filter, how);
    },
  }),
];

/** Those that are asked for, of those that somebody may see. */
const recordsIn = async (
  registry: Registry,
  principal: Principal,
  query: z.infer<typeof recordQuery>,
): Promise<RecordFilter> => {
  const { directory, store } = registry;
  const deps = { directory, spend: store.spend, wallMs: registry.wall() };
  return scopeOf(registry, principal, await recordFilterOf(query, deps));
};

/** One that is asked for by its id comes with what was asked and answered. */
const rowsOf = async (
  registry: Registry,
  filter: RecordFilter,
  page: { readonly limit: number; readonly offset: number },
): Promise<readonly JsonObject[]> => {
  const { spend } = registry.store;
  const records = await spend.list(filter, page);
  const [only] = filter.id === undefined ? [] : records;
  const body = only && (await spend.body(only.id));
  return records.map((record) => spendRow(registry, record, body));
};

const sumRoutes = (registry: Registry): readonly AnyControlRoute[] => [
  controlRoute({
    method: 'get',
    path: '/spend/keys',
    access: 'key',
    summary: 'Keys by spend.',
    serve: ({ principal }) =>
      [...registry.directory.keys.all()]
        .filter((key) =>
          mayReadKey(
            principal,
            key,
            key.team_id ? registry.directory.teams.get(key.team_id) : undefined,
          ),
        )
        .map((key) => shownKey(registry, key))
        .toSorted(bySpend)
        .slice(0, MOST_ROWS),
  }),
  controlRoute({
    method: 'get',
    path: '/spend/users',
    access: 'key',
    summary: 'Users by spend.',
    query: z.object({ user_id: z.string().optional() }),
    serve: ({ query, principal }) =>
      [...registry.directory.users.all()]
        .filter(({ user_id: id }) => mayReadUser(principal, id))
        .filter(({ user_id: id }) => query.user_id === undefined || query.user_id === id)
        .map((user) => shownUser(registry, user))
        .toSorted(bySpend)
        .slice(0, MOST_ROWS),
  }),
  controlRoute({
    method: 'get',
    path: '/spend/tags',
    access: 'viewer',
    summary: 'What was spent by tag.',
    query: z.object({ start_date: z.string().optional(), end_date: z.string().optional() }),
    async serve({ query }) {
      const tags = await registry.store.spend.tags(filterOf(query));
      return tags.map(({ by, nanos, requests }) => ({
        individual_request_tag: by['tag'] ?? '',
        log_count: requests,
        total_spend: dollarsOf(nanos),
      }));
    },
  }),
];

const bySpend = (a: JsonObject, b: JsonObject): number => Number(b['spend']) - Number(a['spend']);

const calculating = (prices: PricesOf): AnyControlRoute =>
  controlRoute({
    method: 'post',
    path: '/spend/calculate',
    access: 'key',
    summary: 'What a request or an answer costs; for a request only its input.',
    body: z.looseObject({
      model: z.string().nullish(),
      messages: z.array(z.unknown()).nullish(),
      completion_response: z
        .looseObject({
          model: z.string().nullish(),
          usage: z.looseObject({
            prompt_tokens: z.int().min(0).default(0),
            completion_tokens: z.int().min(0).default(0),
          }),
        })
        .nullish(),
    }),
    serve({ body }) {
      const model = body.model ?? body.completion_response?.model;
      const usage = body.completion_response?.usage;
      if (!model)
        throw new SpillwayError('invalid_request', '`model` is required.', { param: 'model' });
      const inputTokens =
        usage?.prompt_tokens ??
        Math.ceil(plainTokens(demandOf({ messages: (body.messages ?? []) as Json[] })));
      const used = { inputTokens, outputTokens: usage?.completion_tokens ?? 0 };
      const nanos = costOf(prices(model) ?? {}, used);
      if (nanos === undefined)
        throw new SpillwayError(
          'invalid_request',
          `Nobody knows the price of ${JSON.stringify(model.slice(0, 100))}. Set input_cost_per_token and output_cost_per_token in its model_info.`,
          { param: 'model' },
        );
      return { cost: dollarsOf(nanos) };
    },
  });
