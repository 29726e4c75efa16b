import type { Tenant } from '#balancer/admit.ts';
import type { OwnCharge } from '#balancer/own-side.ts';
import type { LoadedConfig } from '#config/loaded.ts';
import type { Clock } from '#core/clock.ts';
import type { Ledger } from '#ledger/ledger.ts';

/** Apart from the accounts of upstreams, whose names begin otherwise. */
const PREFIX = 'own/';
const EVERYBODY = `${PREFIX}everybody`;
const keyAccount = (key: string): string => `${PREFIX}key/${key}`;

export const isOwn = (account: string): boolean => account.startsWith(PREFIX);

const ONE_CALL = { parallel: 1 };
/** Where everybody may enter, callers choose their keys: so many have an account of their own. */
const MOST_KEYS = 10_000;
const OTHERS = 'own/others';

/** What requests take on our own side: their places among those that may be under way at once. */
export const createOwnCharges = (
  { parallel }: Pick<LoadedConfig, 'parallel'>,
  { clock, ledger }: { readonly clock: Clock; readonly ledger: Ledger },
): ((tenant: Tenant) => readonly OwnCharge[]) => {
  const limit = (account: string, amount: number): void => {
    const limit = { dimension: 'parallel', amount, windowMs: 0, refill: 'fixed' } as const;
    ledger.limit(account, limit, { source: 'config', now: clock.now() });
  };
  const all: OwnCharge[] = [];
  if (parallel.all !== undefined) {
    limit(EVERYBODY, parallel.all);
    const setting = 'general_settings.global_max_parallel_requests';
    all.push({ account: EVERYBODY, cost: ONE_CALL, setting });
  }
  const { perKey } = parallel;
  if (perKey === undefined) return () => all;
  const charges = new Map<string, readonly OwnCharge[]>();
  const open = (account: string): readonly OwnCharge[] => {
    limit(account, perKey);
    const setting = 'general_settings.max_parallel_requests';
    return [...all, { account, cost: ONE_CALL, setting }];
  };
  const others = open(OTHERS);
  return ({ key }) => {
    const known = charges.get(key);
    if (known) return known;
    if (charges.size >= MOST_KEYS) return others;
    const its = open(keyAccount(key));
    charges.set(key, its);
    return its;
  };
};
