import { useSession } from './queries.ts';

/** What the person at this page may see and do; every route decides for itself all the same. */
export interface Me {
  readonly userId: string | undefined;
  readonly name: string | undefined;
  /** Everything of everybody. */
  readonly seesAll: boolean;
  readonly isAdmin: boolean;
  /** Keys of their own, and members and keys of teams that they lead. */
  readonly managesOwn: boolean;
  /** Whether keys, people and money are kept by this gateway. */
  readonly keeps: boolean;
}

export const useMe = (): Me => {
  const { data } = useSession();
  const role = data?.role ?? '';
  const isAdmin = role === 'proxy_admin';
  const userId = data?.user_id ?? undefined;
  return {
    userId,
    name: data?.name ?? undefined,
    isAdmin,
    seesAll: isAdmin || role === 'proxy_admin_viewer',
    managesOwn: isAdmin || (role === 'internal_user' && userId !== undefined),
    keeps: data?.keeps === true,
  };
};
