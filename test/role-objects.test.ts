import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MEMBER_ROUTES } from '#keys/member-rule.ts';
import { classes } from './kit/role-matrix.ts';
import { type Fields, startRoles, USERS } from './kit/roles.ts';

let roles: Awaited<ReturnType<typeof startRoles>>;
beforeAll(async () => {
  roles = await startRoles();
});
afterAll(() => roles.close());

describe('every object', () => {
  const ALL = ['admin', ...Object.keys(USERS), 'nobody', 'service'];
  const SEERS = ['admin', 'viewer'];
  const OF_KEY = [...SEERS, 'owner', 'lead'];
  const WRITERS = ['admin', 'owner', 'lead'];
  const OF_TEAM = [...OF_KEY, 'member', 'service'];
  const LEADERS = ['admin', 'lead'];
  const OWN = [...SEERS, 'owner'];

  interface Case {
    readonly what: string;
    readonly route: string;
    /** Anew for each role: what one has changed is not what the next one finds. */
    readonly call?: () => Promise<{ readonly path?: string; readonly body?: Fields }>;
    readonly allowed: readonly string[];
    /** What stands in the answer to whoever sees the object: others get one without it. */
    readonly shows?: () => string;
  }

  const at = (path: () => string) => async () => ({ path: path() });
  const given = (body: () => Fields) => async () => ({ body: body() });
  /** With a key of the owner's, or a member of the team, that nobody has touched. */
  const withKey =
    (body: (token: string) => Fields, path?: (token: string) => string) => async () => {
      const of = { user_id: 'owner', team_id: 'team' };
      const token = (await roles.asAdmin('/key/generate', of))['token']!;
      return { body: body(token), ...(path && { path: path(token) }) };
    };
  const withMember = (body: (id: string) => Fields) => async () => {
    const id = crypto.randomUUID();
    const member = { user_id: id, role: 'user' };
    await roles.asAdmin('/team/member_add', { team_id: 'team', member });
    return { body: { team_id: 'team', ...body(id) } };
  };
  const member = { user_id: 'new', role: 'user' };
  const add = { team_id: 'team', member };

  const CASES: readonly Case[] = [
    // Keys.
    {
      what: 'read a key',
      route: 'GET /key/info',
      call: at(() => `/key/info?key=${roles.owned}`),
      allowed: OF_KEY,
    },
    {
      what: "read a team's key",
      route: 'GET /key/info',
      call: at(() => `/key/info?key=${roles.service}`),
      allowed: [...SEERS, 'lead', 'service'],
    },
    {
      what: 'read several keys',
      route: 'POST /v2/key/info',
      call: given(() => ({ keys: [roles.owned] })),
      allowed: OF_KEY,
    },
    {
      what: 'find a key in the list',
      route: 'GET /key/list',
      call: at(() => '/key/list?size=100'),
      allowed: OF_KEY,
      shows: () => roles.owned,
    },
    {
      what: 'find its alias',
      route: 'GET /key/aliases',
      allowed: OF_KEY,
      shows: () => '"owned"',
    },
    {
      what: 'find what it has spent',
      route: 'GET /spend/keys',
      allowed: OF_KEY,
      shows: () => roles.owned,
    },
    {
      what: 'write a key',
      route: 'POST /key/update',
      call: given(() => ({ key: roles.owned, tags: [] })),
      allowed: WRITERS,
    },
    {
      what: "write a team's key",
      route: 'POST /key/update',
      call: given(() => ({ key: roles.service, tags: [] })),
      allowed: LEADERS,
    },
    {
      what: 'delete a key',
      route: 'POST /key/delete',
      call: withKey((token) => ({ keys: [token] })),
      allowed: WRITERS,
    },
    {
      what: 'put another key in its place',
      route: 'POST /key/regenerate',
      call: withKey((key) => ({ key })),
      allowed: WRITERS,
    },
    {
      what: 'the same, by its path',
      route: 'POST /key/{key}/regenerate',
      call: withKey(
        () => ({}),
        (token) => `/key/${token}/regenerate`,
      ),
      allowed: WRITERS,
    },
    {
      what: 'make a key for somebody in a team',
      route: 'POST /key/generate',
      call: given(() => ({ team_id: 'team', user_id: 'member' })),
      allowed: [...LEADERS, 'member'],
    },
    {
      what: 'make a key that is a team’s',
      route: 'POST /key/service-account/generate',
      call: given(() => ({ team_id: 'team' })),
      allowed: LEADERS,
    },
    {
      what: 'make the key that pays for an app',
      route: 'POST /key/generate',
      call: given(() => ({ key_alias: `app/${crypto.randomUUID()}` })),
      allowed: ['admin'],
    },
    {
      what: 'call a key of their own the payer of an app',
      route: 'POST /key/update',
      call: withKey((key) => ({ key, key_alias: `app/${crypto.randomUUID()}` })),
      allowed: ['admin'],
    },
    {
      what: 'ask whether a key opens',
      route: 'POST /key/health',
      call: given(() => ({})),
      allowed: ALL,
    },
    { what: 'ask who they are', route: 'GET /spillway/whoami', allowed: ALL },
    // People.
    {
      what: 'read a user',
      route: 'GET /user/info',
      call: at(() => '/user/info?user_id=owner'),
      allowed: OWN,
    },
    {
      what: 'read a user alone',
      route: 'GET /v2/user/info',
      call: at(() => '/v2/user/info?user_id=owner'),
      allowed: OWN,
    },
    {
      what: 'find a user in the list',
      route: 'GET /user/list',
      allowed: OWN,
      shows: () => '"user_id":"owner"',
    },
    {
      what: 'find what they have spent',
      route: 'GET /spend/users',
      allowed: OWN,
      shows: () => '"user_id":"owner"',
    },
    // Teams.
    {
      what: 'read a team',
      route: 'GET /team/info',
      call: at(() => '/team/info?team_id=team'),
      allowed: OF_TEAM,
    },
    {
      what: 'read the keys of a team',
      route: 'GET /team/info',
      call: at(() => '/team/info?team_id=team'),
      allowed: [...SEERS, 'lead'],
      shows: () => roles.owned,
    },
    {
      what: 'find a team in the list',
      route: 'GET /team/list',
      allowed: OF_TEAM,
      shows: () => '"team_id":"team"',
    },
    { what: 'hear of teams that one may join', route: 'GET /team/available', allowed: ALL },
    {
      what: 'find a team in the pages of the list',
      route: 'GET /v2/team/list',
      call: at(() => '/v2/team/list?team_id=team'),
      allowed: OF_TEAM,
      shows: () => '"team_id":"team"',
    },
    {
      what: 'change who is in a team',
      route: 'POST /team/member_add',
      call: given(() => add),
      allowed: LEADERS,
    },
    {
      what: 'the same, of several',
      route: 'POST /team/bulk_member_add',
      call: given(() => ({ team_id: 'team', members: [member] })),
      allowed: LEADERS,
    },
    {
      what: 'see what members may do',
      route: 'GET /team/permissions_list',
      call: at(() => '/team/permissions_list?team_id=team'),
      allowed: [...SEERS, 'lead'],
    },
    {
      what: 'say what members may do',
      route: 'POST /team/permissions_update',
      call: given(() => ({ team_id: 'team', team_member_permissions: MEMBER_ROUTES })),
      allowed: LEADERS,
    },
    {
      what: 'add everybody to a team',
      route: 'POST /team/bulk_member_add',
      call: async () => {
        const id = crypto.randomUUID();
        const lead = { user_id: 'lead', role: 'admin' };
        await roles.asAdmin('/team/new', { team_id: id, members_with_roles: [lead] });
        return { body: { team_id: id, all_users: true } };
      },
      allowed: ['admin'],
    },
    {
      what: 'say what a member may spend',
      route: 'POST /team/member_add',
      call: given(() => ({ ...add, max_budget_in_team: 1 })),
      allowed: ['admin'],
    },
    {
      what: "change a member's role",
      route: 'POST /team/member_update',
      call: withMember((id) => ({ user_id: id, role: 'user' })),
      allowed: LEADERS,
    },
    {
      what: 'change what a member may spend',
      route: 'POST /team/member_update',
      call: withMember((id) => ({ user_id: id, max_budget_in_team: 1 })),
      allowed: ['admin'],
    },
    {
      what: 'take a member out',
      route: 'POST /team/member_delete',
      call: withMember((id) => ({ user_id: id })),
      allowed: LEADERS,
    },
    // Spend.
    ...[
      'GET /spend/logs',
      'GET /spend/logs/v2',
      'GET /spend/logs/ui',
      'GET /spend/logs/export',
    ].map((route): Case => ({
      what: 'find a record',
      route,
      allowed: OWN,
      shows: () => roles.record,
    })),
    ...['GET /spend/logs/v2', 'GET /spend/logs/export', 'GET /spillway/history'].map(
      (route): Case => ({
        what: 'find a record of a team',
        route,
        call: at(() => `${route.split(' ')[1]}?team_id=team`),
        allowed: OF_KEY,
        shows: () => roles.record,
      }),
    ),
    {
      what: 'read a record',
      route: 'GET /spend/logs/ui/{request_id}',
      call: at(() => `/spend/logs/ui/${roles.record}`),
      allowed: OWN,
    },
    {
      what: 'see whose usage it was',
      route: 'GET /spillway/usage',
      call: at(() => '/spillway/usage?by=token'),
      allowed: OWN,
      shows: () => roles.owned,
    },
    {
      what: 'see it drawn',
      route: 'GET /spillway/usage/report',
      call: at(() => '/spillway/usage/report?by=token'),
      allowed: OWN,
      shows: () => roles.owned,
    },
    ...['user', 'team', 'customer', 'end_user'].map((word): Case => ({
      what: 'see it day by day',
      route: `GET /${word}/daily/activity`,
      allowed: OWN,
      shows: () => roles.owned,
    })),
    {
      what: 'see it day by day, all at once',
      route: 'GET /user/daily/activity/aggregated',
      allowed: OWN,
      shows: () => roles.owned,
    },
    {
      what: "see a key's budget",
      route: 'GET /spillway/budgets',
      allowed: OF_KEY,
      shows: () => roles.owned,
    },
    {
      what: "see a user's budget",
      route: 'GET /spillway/budgets',
      allowed: OWN,
      shows: () => '"kind":"user","id":"owner"',
    },
    {
      what: 'ask what something costs',
      route: 'POST /spend/calculate',
      call: given(() => ({ model: 'gpt-4.1', messages: [] })),
      allowed: ALL,
    },
    // What is everybody's, by one route of each kind.
    { what: 'read budgets', route: 'GET /budget/list', allowed: SEERS },
    {
      what: 'write budgets',
      route: 'POST /budget/new',
      call: given(() => ({})),
      allowed: ['admin'],
    },
    { what: 'read end users', route: 'GET /customer/list', allowed: SEERS },
    {
      what: 'write end users',
      route: 'POST /customer/block',
      call: given(() => ({ user_ids: ['eve'] })),
      allowed: ['admin'],
    },
    {
      what: 'write a user',
      route: 'POST /user/update',
      call: given(() => ({ user_id: 'owner', metadata: {} })),
      allowed: ['admin'],
    },
    {
      what: 'write a team',
      route: 'POST /team/update',
      call: given(() => ({ team_id: 'team', metadata: {} })),
      allowed: ['admin'],
    },
    { what: 'read the audit log', route: 'GET /audit', allowed: SEERS },
    {
      what: 'add a model',
      route: 'POST /model/new',
      call: given(() => ({
        model_name: 'made',
        litellm_params: { model: 'openai/gpt-4.1', api_key: 'sk-of-a-vendor' },
      })),
      allowed: ['admin'],
    },
    { what: 'read apps', route: 'GET /spillway/apps', allowed: SEERS },
    { what: 'read the config', route: 'GET /spillway/config', allowed: ['admin'] },
  ];

  it('has a case for each route that is open to every key', () => {
    const covered = new Set(CASES.map(({ route }) => route));
    const left = [...classes].filter(([route, which]) => which === 'key' && !covered.has(route));
    expect(left).toEqual([]);
  });

  it.each(CASES.map((one) => [one.what, one.route, one] as const))(
    '%s (%s)',
    async (_, route, { call, allowed, shows }) => {
      for (const role of [...ALL, 'models']) {
        const { path, body } = (await call?.()) ?? {};
        const [method, usual] = route.split(' ');
        const reply = await roles.send(`${method} ${path ?? usual}`, body, roles.keys[role]);
        const text = await reply.text();
        const may = reply.status === 200 && (shows === undefined || text.includes(shows()));
        expect([role, may, text.slice(0, 300)]).toEqual([
          role,
          allowed.includes(role),
          text.slice(0, 300),
        ]);
        if (reply.status !== 200) expect([403, 404]).toContain(reply.status);
      }
    },
  );
});
