import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { Spender } from './allowance.ts';
import { ask, query } from './api.ts';
import { change } from './change.ts';

/** A key as it is shown: never what opens it. */
export interface ShownKey extends Spender {
  readonly token: string;
  /** `sk-...abcd`. */
  readonly key_name: string;
  readonly key_alias: string | null;
  readonly user_id: string | null;
  readonly team_id: string | null;
  readonly models: readonly string[] | null;
  readonly tags: readonly string[] | null;
  readonly blocked: boolean | null;
  readonly expires: string | null;
  readonly created_at: string | null;
  readonly created_by: string | null;
  readonly queue?: boolean | number | null;
  readonly always_include_usage?: boolean | null;
  readonly key_type?: string | null;
  readonly allowed_ips?: readonly string[] | null;
  readonly refuse_unpriced?: boolean | null;
}

/** One that has just been made: with the key itself, this once. */
export interface MadeKey extends ShownKey {
  readonly key: string;
}

export interface KeysPage {
  readonly keys: readonly ShownKey[];
  readonly total_count: number;
  readonly current_page: number;
  readonly total_pages: number;
}

export interface KeysFilter {
  readonly key_alias?: string | undefined;
  readonly team_id?: string | undefined;
  readonly user_id?: string | undefined;
  readonly page?: number | undefined;
}

export const KEYS_A_PAGE = 50;

export const useKeys = (filter: KeysFilter) =>
  useQuery({
    queryKey: ['keys', 'list', filter],
    queryFn: () =>
      ask<KeysPage>(
        `/key/list${query({ ...filter, size: KEYS_A_PAGE, return_full_object: 'true' })}`,
      ),
    placeholderData: keepPreviousData,
  });

export const useKey = (token: string | undefined) =>
  useQuery({
    queryKey: ['keys', 'one', token],
    enabled: token !== undefined,
    queryFn: async () =>
      (await ask<{ info: ShownKey }>(`/key/info${query({ key: token ?? '' })}`)).info,
  });

export const makeKey = (fields: object): Promise<MadeKey> => change('/key/generate', fields);

/** For a team, and nobody in it. */
export const makeTeamKey = (fields: object): Promise<MadeKey> =>
  change('/key/service-account/generate', fields);

export const changeKey = (token: string, fields: object): Promise<ShownKey> =>
  change('/key/update', { key: token, ...fields });

export const deleteKey = (token: string): Promise<unknown> =>
  change('/key/delete', { keys: [token] }, token);

export const blockKey = (token: string, blocked: boolean): Promise<unknown> =>
  change(`/key/${blocked ? 'block' : 'unblock'}`, { key: token });

export const regenerateKey = (token: string, grace: string | undefined): Promise<MadeKey> =>
  change(
    '/key/regenerate',
    { key: token, ...(grace !== undefined && { grace_period: grace }) },
    token,
  );

export const resetKeySpend = (token: string): Promise<unknown> =>
  change(`/key/${token}/reset_spend`, { reset_to: 0 });
