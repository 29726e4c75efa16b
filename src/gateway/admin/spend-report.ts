import type { JsonObject } from '#core/json.ts';
import { z } from '#core/schema.ts';
import { type AnyControlRoute, controlRoute } from '#gateway/admin/control-route.ts';
import { knownSums } from '#gateway/admin/known-sums.ts';
import { filterOf, monthOf, spendQuery } from '#gateway/admin/spend-query.ts';
import { dollarsOf } from '#keys/money.ts';
import type { Registry } from '#keys/registry.ts';
import { isToken, tokenOf } from '#keys/secret.ts';
import type { SpendFilter, Usage, UsageField } from '#store/spend.ts';

const GROUPS = {
  team: 'team',
  customer: 'endUser',
  model: 'group',
} as const satisfies Record<string, UsageField>;

const query = z.object({
  ...spendQuery,
  internal_user_id: z.string().optional(),
  customer_id: z.string().optional(),
  group_by: z.enum(['team', 'customer', 'api_key', 'model']).default('team'),
});

/** LiteLLM's report of spend, of the last thirty days unless said. */
export const spendReport = (registry: Registry): AnyControlRoute =>
  controlRoute({
    method: 'get',
    path: '/global/spend/report',
    access: 'viewer',
    summary: 'Spend by day, and within it by team, end user or model; or by key.',
    query,
    async serve({ query: asked }) {
      const filter = filterFor(asked, registry.wall());
      const { spend } = registry.store;
      const { group_by: word } = asked;
      if (word === 'api_key' || asked.api_key || asked.internal_user_id)
        return byKey(
          knownSums(await spend.usage({ filter, by: ['token', 'model'], per: 'all' }), 'model'),
        );
      const field = GROUPS[word];
      const by = [field, 'model', 'token'] as const;
      const rows = knownSums(await spend.usage({ filter, by, per: 'day' }), 'model');
      const nameOf = (id: string): JsonObject =>
        word === 'team'
          ? { team_id: id, team_name: aliasOf(registry, id) ?? 'Unassigned Team' }
          : { [word]: id };
      const days = Map.groupBy(rows.toReversed(), ({ atMs }) => atMs);
      return [...days].map(([atMs, all]) => ({
        group_by_day: new Date(atMs).toISOString().slice(0, 10),
        [`${word}s`]: groups(all, field).map(([id, its]) => ({
          ...nameOf(id),
          total_spend: dollarsOf(nanosOf(its)),
          metadata: its.map(({ by, nanos, tokensIn, tokensOut }) => ({
            model: by['model'] ?? '',
            api_key: by['token'] ?? '',
            spend: dollarsOf(nanos),
            total_tokens: tokensIn + tokensOut,
          })),
        })),
      }));
    },
  });

/** A key may be named by itself. */
const filterFor = (asked: z.infer<typeof query>, wallMs: number): SpendFilter => {
  const { api_key: key, internal_user_id: user, customer_id: endUser } = asked;
  return {
    ...monthOf(asked, wallMs),
    ...filterOf(asked),
    ...(key && !isToken(key) && { token: tokenOf(key) }),
    ...(user && { user }),
    ...(endUser && { endUser }),
  };
};

const aliasOf = ({ directory }: Registry, id: string): string | undefined =>
  id === '' ? undefined : (directory.teams.get(id)?.team_alias ?? id);

const groups = (rows: readonly Usage[], field: UsageField): [string, readonly Usage[]][] => [
  ...Map.groupBy(rows, ({ by }) => by[field] ?? ''),
];

const nanosOf = (rows: readonly Usage[]): number => rows.reduce((sum, { nanos }) => sum + nanos, 0);

const byKey = (rows: readonly Usage[]) =>
  groups(rows, 'token')
    .toSorted(([, a], [, b]) => nanosOf(b) - nanosOf(a))
    .map(([key, its]) => ({
      api_key: key,
      total_cost: dollarsOf(nanosOf(its)),
      total_input_tokens: its.reduce((sum, { tokensIn }) => sum + tokensIn, 0),
      total_output_tokens: its.reduce((sum, { tokensOut }) => sum + tokensOut, 0),
      model_details: its.map(({ by, nanos, tokensIn, tokensOut }) => ({
        model: by['model'] ?? '',
        total_cost: dollarsOf(nanos),
        total_input_tokens: tokensIn,
        total_output_tokens: tokensOut,
      })),
    }));
