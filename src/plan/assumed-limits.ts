import type { Member } from '#balancer/member.ts';
import type { Dimension } from '#core/quota.ts';
import type { Ledger } from '#ledger/ledger.ts';
import type { LimitSource } from '#ledger/limit.ts';

const MINUTE_MS = 60_000;

/** What a key is taken to have where nobody says, per minute. */
export interface Assumed {
  readonly rpm?: number;
  readonly tpm?: number;
}

/** Where a limit that is replayed against comes from. */
export type LimitOrigin = LimitSource | 'row' | 'option';

/** The limits of one deployment's own account, and where they are known from. */
export interface KnownLimits {
  readonly deployment: string;
  readonly account: string;
  readonly perMinute: readonly {
    readonly dimension: Dimension;
    readonly amount: number;
    readonly from: LimitOrigin;
  }[];
}

/**
 * Gives every account of which nothing is known limits to replay against: those that are assumed for
 * all, else those of its deployment's row, which in LiteLLM's configs are shares and mostly the
 * vendor's limits too. Says what holds in the end.
 */
export const assumeLimits = (
  ledger: Ledger,
  members: readonly Member[],
  { rpm, tpm }: Assumed,
): KnownLimits[] => {
  const origins = new Map<string, LimitOrigin>();
  for (const member of members) {
    if (member.accounts.some((account) => ledger.gauges(account, 0).length > 0)) continue;
    const account = member.accounts.at(-1)!;
    const amounts = { requests: rpm ?? member.rpm, tokens: tpm ?? member.tpm };
    for (const [dimension, amount] of Object.entries(amounts)) {
      if (amount === undefined || amount < 1) continue;
      const isOption = (dimension === 'requests' ? rpm : tpm) !== undefined;
      origins.set(account, isOption ? 'option' : 'row');
      const limit = {
        dimension: dimensionOf(member, dimension as 'requests' | 'tokens'),
        amount: Math.floor(amount),
        windowMs: MINUTE_MS,
        refill: 'linear',
      } as const;
      ledger.limit(account, limit, { source: 'header', now: 0 });
    }
  }
  return members.map((member) => knownLimits(ledger, member, origins));
};

const knownLimits = (
  ledger: Ledger,
  { name, accounts }: Member,
  origins: ReadonlyMap<string, LimitOrigin>,
): KnownLimits => {
  const account = accounts.at(-1)!;
  const perMinute = accounts.flatMap((each) =>
    ledger
      .gauges(each, 0)
      .filter(({ windowMs }) => windowMs > 0)
      .map(({ dimension, amount, windowMs, source }) => ({
        dimension,
        amount: (amount * MINUTE_MS) / windowMs,
        from: origins.get(each) ?? source,
      })),
  );
  return { deployment: name, account, perMinute };
};

/** Vendors that count input and output apart have no limit on both together: theirs is on input. */
const dimensionOf = (member: Member, dimension: 'requests' | 'tokens'): Dimension => {
  if (dimension === 'requests') return dimension;
  const size = { inputTokens: 1, expectedOutputTokens: 1, choices: 1 };
  return member.charge(size, member.model).tokens === undefined ? 'input' : 'tokens';
};
