import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { Spender } from './allowance.ts';
import { ask, query } from './api.ts';
import { change } from './change.ts';
import type { ShownKey } from './keys.ts';
import type { ShownTeam } from './teams.ts';

export const ROLES = [
  'internal_user',
  'internal_user_viewer',
  'proxy_admin_viewer',
  'proxy_admin',
] as const;
export type Role = (typeof ROLES)[number];

export interface ShownUser extends Spender {
  readonly user_id: string;
  readonly user_email?: string | null;
  readonly user_alias?: string | null;
  readonly user_role?: Role | null;
  readonly created_at?: string | null;
}

interface UsersPage {
  readonly users: readonly ShownUser[];
  readonly total: number;
}

export const USERS_A_PAGE = 50;

export const useUsers = (filter: { readonly user_email?: string; readonly page: number }) =>
  useQuery({
    queryKey: ['users', 'list', filter],
    queryFn: () => ask<UsersPage>(`/user/list${query({ ...filter, page_size: USERS_A_PAGE })}`),
    placeholderData: keepPreviousData,
  });

interface UserInfo {
  readonly user_info: ShownUser;
  readonly keys: readonly ShownKey[];
  readonly teams: readonly ShownTeam[];
}

export const useUser = (id: string | undefined) =>
  useQuery({
    queryKey: ['users', 'one', id],
    enabled: id !== undefined,
    queryFn: () => ask<UserInfo>(`/user/info${query({ user_id: id })}`),
  });

/** With a key of theirs, which is shown this once. */
export const makeUser = (fields: object): Promise<{ readonly key: string }> =>
  change('/user/new', fields);

export const changeUser = (id: string, fields: object): Promise<unknown> =>
  change('/user/update', { user_id: id, ...fields });

/** Removes every record of a person; how many there were. */
export const forgetUser = (id: string): Promise<{ readonly records: number }> =>
  change('/spillway/purge', { user_id: id });

export const deleteUser = (id: string): Promise<unknown> =>
  change('/user/delete', { user_ids: [id] }, id);
