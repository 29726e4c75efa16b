import type { PerMinute } from '#balancer/per-minute.ts';

/** Several deployments' accounts that are one, or are not, for people. */
export interface SharingFacts {
  readonly deployments: readonly string[];
  /** Accounts that were thought to be apart. */
  readonly accounts: number;
  readonly organization?: string | undefined;
  /** What one account has per minute. */
  readonly perMinute: PerMinute;
}

/** `PJ1, PJ2 and PJ3 share one organisation (org-…): 30,000 tokens a minute, not 90,000`. */
export const mergedSentence = (facts: SharingFacts): string => {
  const { deployments, organization, accounts, perMinute } = facts;
  const what =
    organization === undefined
      ? 'one quota, for their levels move together'
      : `one organisation (${organization})`;
  const sum = sumText(perMinute, { holds: 1, not: accounts });
  return `${listed(deployments)} share ${what}${sum && `: ${sum}`}`;
};

/** After `mergedSentence`: they are not one after all. */
export const splitSentence = ({ deployments, accounts, perMinute }: SharingFacts): string => {
  const sum = sumText(perMinute, { holds: accounts, not: 1 });
  return `${listed(deployments)} have limits of their own after all${sum && `: ${sum}`}`;
};

/** The config says that they are apart. */
export const pooledSentence = ({ deployments, organization }: SharingFacts): string => {
  const how =
    organization === undefined
      ? 'have levels that move together'
      : `answer as one organisation (${organization})`;
  return (
    `${listed(deployments)} ${how}, and the config has them in different quota pools, which holds: ` +
    'name one quota_pool for them where they share their limits'
  );
};

const WORDS = [
  ['tokens', 'tokens'],
  ['input', 'input tokens'],
  ['output', 'output tokens'],
  ['requests', 'requests'],
] as const;

const sumText = (
  perMinute: PerMinute,
  times: { readonly holds: number; readonly not: number },
): string => {
  const known = WORDS.flatMap(([dimension, word]) => {
    const amount = perMinute[dimension];
    return amount === undefined ? [] : [{ amount, word }];
  });
  if (known.length === 0) return '';
  const text = (amount: number, factor: number): string =>
    (amount * factor).toLocaleString('en-US');
  const holds = known.map(({ amount, word }) => `${text(amount, times.holds)} ${word}`);
  const not = known.map(({ amount }) => text(amount, times.not));
  return `${joined(holds)} a minute, not ${joined(not)}`;
};

const MOST_LISTED = 6;

const listed = (names: readonly string[]): string =>
  names.length > MOST_LISTED
    ? joined([...names.slice(0, MOST_LISTED - 1), `${names.length - MOST_LISTED + 1} more`])
    : joined(names);

const joined = (texts: readonly string[]): string =>
  texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)!}`;
