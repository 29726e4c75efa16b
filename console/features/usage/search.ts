/** What the address of the page says: it can be sent to somebody, and reloaded. */
export interface UsageSearch {
  readonly days?: 1 | 30 | 90;
  readonly per?: 'hour' | 'day';
  readonly by?: UsageBy;
  readonly of?: 'requests' | 'tokens';
  readonly model?: string;
  readonly team?: string;
  readonly key?: string;
  readonly user?: string;
  readonly deployment?: string;
}

export const USAGE_BY = [
  'group',
  'token',
  'team',
  'user',
  'endUser',
  'tag',
  'deployment',
  'provider',
] as const;
export type UsageBy = (typeof USAGE_BY)[number];

export const PERIODS = [1, 7, 30, 90] as const;
/** What may narrow it: the field of the address by what rows are of. */
export const NARROWS = {
  group: 'model',
  token: 'key',
  team: 'team',
  user: 'user',
  deployment: 'deployment',
} as const satisfies Partial<Record<UsageBy, keyof UsageSearch>>;

/** More hours than those of a month are more than a picture has room for. */
export const hasHours = ({ days }: UsageSearch): boolean => days !== 90;

export const perOf = (search: UsageSearch): 'hour' | 'day' => {
  const { days, per } = search;
  if (!hasHours(search)) return 'day';
  return per ?? (days === 1 ? 'hour' : 'day');
};

const LONGEST = 256;

const oneOf = <Word>(words: readonly Word[], value: unknown): Word | undefined =>
  words.find((word) => word === value);

export const readUsageSearch = (search: Record<string, unknown>): UsageSearch => {
  const fields = {
    days: oneOf([1, 30, 90] as const, search['days']),
    per: oneOf(['hour', 'day'] as const, search['per']),
    by: oneOf(USAGE_BY, search['by']),
    of: oneOf(['requests', 'tokens'] as const, search['of']),
    ...Object.fromEntries(
      Object.values(NARROWS).flatMap((name) => {
        const value = search[name];
        return typeof value === 'string' && value !== '' ? [[name, value.slice(0, LONGEST)]] : [];
      }),
    ),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
};
