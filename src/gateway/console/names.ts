import type { Registry } from '#keys/registry.ts';

/** What people call a key, a team or a user; `null` where it is gone, or has no name. */
export const namesOf =
  ({ directory }: Pick<Registry, 'directory'>) =>
  (field: string, id: string): string | null => {
    if (field === 'token') {
      const key = directory.byToken(id);
      return key ? (key.key_alias ?? key.key_name) : null;
    }
    if (field === 'team') return directory.teams.get(id)?.team_alias ?? null;
    if (field !== 'user') return null;
    const user = directory.users.get(id);
    return user?.user_alias ?? user?.user_email ?? null;
  };
