import { describe, expect, it } from 'vitest';
import type { TeamRow } from '#keys/fields.ts';
import { demandMemberRoute, MEMBER_ROUTES } from '#keys/member-rule.ts';
import type { Principal } from '#keys/principal.ts';

const teamOf = (said: string[] | null): TeamRow => ({
  team_id: 'team',
  members_with_roles: [
    { user_id: 'lead', role: 'admin' },
    { user_id: 'ann', role: 'user' },
  ],
  team_member_permissions: said,
});
const who = (userId: string, role: Principal['role'] = 'internal_user'): Principal => ({
  userId,
  role,
});
const allowed = (principal: Principal, said: string[] | null): string[] =>
  MEMBER_ROUTES.filter((route) => {
    try {
      demandMemberRoute(principal, teamOf(said), route);
      return true;
    } catch {
      return false;
    }
  });

describe('what members may do with their keys of a team', () => {
  it('is all there is where it says nothing', () => {
    expect(allowed(who('ann'), null)).toEqual(MEMBER_ROUTES);
  });

  it('is what it says, and always to look', () => {
    expect(allowed(who('ann'), [])).toEqual(['/key/info', '/key/health']);
    expect(allowed(who('ann'), ['/key/delete', '/key/odd'])).toEqual([
      '/key/delete',
      '/key/info',
      '/key/health',
    ]);
  });

  it('bounds neither who leads it nor a proxy admin', () => {
    expect(allowed(who('lead'), [])).toEqual(MEMBER_ROUTES);
    expect(allowed(who('root', 'proxy_admin'), [])).toEqual(MEMBER_ROUTES);
  });
});
