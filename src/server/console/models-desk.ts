import type { Member, Price } from '#balancer/member.ts';
import type { Deployment, LoadedConfig } from '#config/loaded.ts';
import type { ModelsReply } from '#gateway/console/shapes.ts';
import { findProvider } from '#providers/index.ts';

/** Nano-dollars of a dollar. */
const NANOS = 1e9;

/** The deployments as the config has them, for people: with where each key comes from, never a key. */
export const modelsOf = (config: LoadedConfig, all: readonly Member[]): ModelsReply => {
  const members = new Map(all.map((member) => [member.name, member]));
  const credentials = [...members.values()].flatMap(({ credential }) => credential ?? []);
  const shared = [...new Set(credentials)].filter(
    (one) => credentials.indexOf(one) !== credentials.lastIndexOf(one),
  );
  const sharesOf = ({ name, organization }: Deployment): string | null => {
    const at = shared.indexOf(members.get(name)?.credential ?? '');
    if (at >= 0) return `key ${at + 1}`;
    return organization ?? null;
  };
  return {
    strategy: config.routing.strategy,
    retries: config.routing.numRetries,
    wait_s: config.queue.waitMs / 1000,
    aliases: Object.entries(config.routing.aliases)
      .filter(([, { hidden }]) => !hidden)
      .map(([alias, { group }]) => ({ alias, group })),
    deployments: config.deployments
      .filter(({ isBlocked }) => !isBlocked)
      .map((one) => ({ ...rowOf(one, members.get(one.name)?.price), shares: sharesOf(one) })),
    unusable: [
      ...config.unusable.map(({ name, group, reason }) => ({
        deployment: name,
        group,
        why: reason.message,
      })),
      ...config.deployments
        .filter(({ isBlocked }) => isBlocked)
        .map(({ name, group }) => ({ deployment: name, group, why: BLOCKED })),
    ],
  };
};

const BLOCKED = 'it is blocked; POST /model/unblock lets it serve again';

const rowOf = (
  one: Deployment,
  price: Price | undefined,
): Omit<ModelsReply['deployments'][number], 'shares'> => ({
  deployment: one.name,
  id: one.id,
  group: one.group,
  provider: one.provider,
  model: one.model,
  host: hostOf(one),
  key_source: one.apiKeySource ?? null,
  pools: [...(one.quotaPools ?? [])],
  limits: one.limits.map(({ dimension, amount, windowMs }) => ({
    dimension,
    limit: amount,
    window_s: windowMs / 1000,
  })),
  order: one.order ?? null,
  weight: one.weight ?? null,
  rpm: one.rpm ?? null,
  tpm: one.tpm ?? null,
  tags: [...one.tags],
  context_tokens: one.contextTokens ?? null,
  input_usd_per_million: dollars(price?.inputNanosPerMillion),
  output_usd_per_million: dollars(price?.outputNanosPerMillion),
  line: one.line,
});

const hostOf = ({ apiBase, provider }: Deployment): string => {
  const base = apiBase ?? findProvider(provider)?.baseUrl ?? '';
  return URL.canParse(base) ? new URL(base).host : '';
};

const dollars = (nanos: number | undefined): number | null =>
  nanos === undefined ? null : nanos / NANOS;
