import type { Profile } from '#simulator/profiles/profile.ts';

/** For a vendor that has the common paths below a prefix of its own. */
export const below =
  (prefix: string): NonNullable<Profile['locate']> =>
  (path) =>
    path.startsWith(`${prefix}/`) ? { path: `/v1${path.slice(prefix.length)}` } : undefined;
