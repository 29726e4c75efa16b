import type { Caller } from '#keys/authenticate.ts';

/** What somebody may do here, in LiteLLM's words. Viewers read and change nothing. */
export type Role = 'proxy_admin' | 'proxy_admin_viewer' | 'internal_user' | 'internal_user_viewer';

/** Who asks for something to be shown or changed. */
export interface Principal {
  readonly role: Role;
  /** Absent where a key belongs to nobody. */
  readonly userId?: string;
  readonly teamId?: string;
  /** The public token of the key that was shown; absent for the master key. */
  readonly token?: string;
}

/** Who has come in where no key is needed. */
export const NOBODY: Principal = { role: 'internal_user_viewer' };

/** What a caller of the data plane is to whoever is asked to show or change something. */
export const principalOf = ({ isMaster, pass }: Caller): Principal => {
  if (isMaster) return { role: 'proxy_admin' };
  if (!pass) return NOBODY;
  const { key, user } = pass;
  return {
    role: user?.user_role ?? 'internal_user',
    token: key.token,
    ...(key.user_id && { userId: key.user_id }),
    ...(key.team_id && { teamId: key.team_id }),
  };
};

/** Whether somebody sees everything. */
export const seesAll = ({ role }: Principal): boolean =>
  role === 'proxy_admin' || role === 'proxy_admin_viewer';
