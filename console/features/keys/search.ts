import { pageOf, textOf } from '../../data/address.ts';

/** What the address of the page says. */
export interface KeysSearch {
  readonly q?: string;
  readonly team?: string;
  readonly user?: string;
  readonly page?: number;
  /** The one that is opened, by its public token. */
  readonly key?: string;
  /** A form that is to be open at once, filled in. */
  readonly make?: 'dify';
}

const LONGEST = 256;

const text = (value: unknown): string | undefined => textOf(value, LONGEST);

export const readKeysSearch = (search: Record<string, unknown>): KeysSearch => {
  const fields = {
    q: text(search['q']),
    team: text(search['team']),
    user: text(search['user']),
    key: text(search['key']),
  };
  const page = pageOf(search['page']);
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return {
    ...(Object.fromEntries(given) as KeysSearch),
    ...(search['make'] === 'dify' && { make: 'dify' as const }),
    ...(page !== undefined && { page }),
  };
};
