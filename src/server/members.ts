import { hash } from 'node:crypto';
import { deploymentAccount, poolAccount } from '#balancer/account-names.ts';
import type { Member, Price } from '#balancer/member.ts';
import type { Deployment, LoadedConfig } from '#config/loaded.ts';
import type { Ledger } from '#ledger/ledger.ts';
import { findProvider } from '#providers/index.ts';
import { pricesOf } from '#providers/models.ts';
import type { Provider } from '#providers/provider.ts';

/** Enough of a key's digest to tell keys apart; accounts are named in files and on pages. */
const DIGEST_CHARS = 12;

/**
 * The deployments of a config as the balance knows them: with the accounts that each draws from, and
 * the prices of the day. `wallMs` is Unix epoch ms.
 */
export const membersOf = (
  { deployments }: Pick<LoadedConfig, 'deployments'>,
  wallMs: number,
): Member[] =>
  deployments.map((deployment) => {
    const provider = findProvider(deployment.provider);
    if (!provider) throw new Error(`There is no provider named ${deployment.provider}.`);
    const credential = credentialOf(deployment, provider);
    const host = hostOf(deployment, provider);
    return {
      ...memberOf(deployment, provider, wallMs),
      ...(credential !== undefined && { credential }),
      ...(host !== undefined && { host }),
    };
  });

/** Opens the accounts with what the config states of them: ceilings that no upstream can raise. */
export const stateLimits = (
  config: Pick<LoadedConfig, 'quotaPools' | 'deployments'>,
  ledger: Ledger,
  now: number,
): void => {
  for (const [name, { limits }] of Object.entries(config.quotaPools))
    for (const limit of limits) ledger.limit(poolAccount(name), limit, { source: 'config', now });
  for (const deployment of config.deployments)
    for (const limit of ceilingsOf(deployment))
      ledger.limit(deploymentAccount(deployment.name), limit, { source: 'config', now });
};

/** For comparisons: what a token of its model costs apart from caches. Undefined where nothing is known. */
const priceOf = ({ pricing }: Deployment, wallMs: number): Price | undefined => {
  const { input, output } = pricesOf(pricing, wallMs);
  if (!input && !output) return undefined;
  return {
    inputNanosPerMillion: input?.nanos ?? 0,
    outputNanosPerMillion: output?.nanos ?? 0,
  };
};

const memberOf = (deployment: Deployment, { quota }: Provider, wallMs: number): Member => {
  const price = priceOf(deployment, wallMs);
  const { weight, rpm, tpm, order, region, contextTokens } = deployment;
  return {
    name: deployment.name,
    group: deployment.group,
    model: deployment.model,
    vendor: deployment.provider,
    isPooled: deployment.quotaPools !== undefined,
    tags: deployment.tags,
    abilities: deployment.abilities,
    ...(weight !== undefined && { weight }),
    ...(rpm !== undefined && { rpm }),
    ...(tpm !== undefined && { tpm }),
    ...(order !== undefined && { order }),
    ...(region !== undefined && { region }),
    ...(contextTokens !== undefined && { contextTokens }),
    accounts: accountsOf(deployment, quota.scope),
    charge: quota.charge,
    settle: (charged, spent, model) => quota.settle(charged, spent, model),
    ...(price && { price }),
  };
};

const accountsOf = (
  deployment: Deployment,
  scope: Provider['quota']['scope'],
): [string, ...string[]] => {
  const { name, quotaPools } = deployment;
  const [first, ...others] = quotaPools?.map(poolAccount) ?? [];
  const own = scope === 'deployment' ? deploymentAccount(name) : keyAccount(deployment);
  const pools: [string, ...string[]] = first === undefined ? [own] : [first, ...others];
  if (ceilingsOf(deployment).length === 0 || own === deploymentAccount(name)) return pools;
  return [deploymentAccount(name), ...pools];
};

const ceilingsOf = ({ limits, maxParallelRequests }: Deployment): Deployment['limits'] =>
  maxParallelRequests === undefined
    ? limits
    : [
        ...limits,
        { dimension: 'parallel', amount: maxParallelRequests, windowMs: 0, refill: 'fixed' },
      ];

/** Undefined where nothing vouches for it: then nothing can be refused of it. */
const credentialOf = (
  { provider, apiBase = '', apiKey, settings, model }: Deployment,
  { credentials }: Provider,
): string | undefined => {
  const voucher = apiKey ?? credentials?.(settings, model);
  return voucher === undefined
    ? undefined
    : `${provider}/${hash('sha256', JSON.stringify([apiBase, voucher]), 'hex')}`;
};

const hostOf = ({ apiBase }: Deployment, { baseUrl }: Provider): string | undefined => {
  const base = apiBase ?? baseUrl;
  return URL.canParse(base) ? new URL(base).host : undefined;
};

/** One per vendor, endpoint, key, organisation, settings (a project, a region) and model. */
const keyAccount = (deployment: Deployment): string => {
  const { provider, apiBase = '', apiKey = '', organization = '', settings, model } = deployment;
  const named = Object.keys(settings).length > 0 ? [settings] : [];
  const digest = hash('sha256', JSON.stringify([apiBase, apiKey, organization, ...named]), 'hex');
  return `key/${digest.slice(0, DIGEST_CHARS)}/${provider}/${model}`;
};
