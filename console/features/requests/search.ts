import { pageOf, textOf } from '../../data/address.ts';

/** What the address of the page says: it can be sent to somebody, and reloaded. */
export interface RequestsSearch {
  readonly q?: string;
  readonly group?: string;
  readonly deployment?: string;
  readonly status?: string;
  readonly slower?: number;
  /** The one that is opened. */
  readonly id?: string;
  readonly live?: boolean;
  /** All that are kept, and not the latest alone; what follows narrows those. */
  readonly of?: 'history';
  /** Days as they are written: 2026-01-31. */
  readonly from?: string;
  readonly to?: string;
  /** By its name or its public token. */
  readonly key?: string;
  readonly team?: string;
  readonly user?: string;
  readonly end_user?: string;
  readonly page?: number;
}

const DAY = /^\d{4}-\d\d-\d\d$/;

const LONGEST = 2_000;

const text = (value: unknown): string | undefined => textOf(value, LONGEST);

const day = (value: unknown): string | undefined =>
  typeof value === 'string' && DAY.test(value) ? value : undefined;

export const readRequestsSearch = (search: Record<string, unknown>): RequestsSearch => {
  const fields = {
    q: text(search['q']),
    group: text(search['group']),
    deployment: text(search['deployment']),
    status: text(search['status']),
    id: text(search['id']),
    from: day(search['from']),
    to: day(search['to']),
    key: text(search['key']),
    team: text(search['team']),
    user: text(search['user']),
    end_user: text(search['end_user']),
  };
  const page = pageOf(search['page']);
  const slower = Number(search['slower']);
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return {
    ...(Object.fromEntries(given) as RequestsSearch),
    ...(slower > 0 && { slower }),
    ...(search['live'] === true && { live: true }),
    ...(search['of'] === 'history' && { of: 'history' as const }),
    ...(page !== undefined && { page }),
  };
};
