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
