import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { controlRoutes } from '#gateway/admin/routes.ts';
import { configOf, MASTER_KEY, startGateway } from './kit/gateway.ts';

type Fields = Record<string, unknown>;
let gateway: Awaited<ReturnType<typeof startGateway>>;
const keys: Record<string, string> = { admin: MASTER_KEY };
let owned: string;
let service: string;

const ask = async (path: string, body: Fields | undefined, key?: string) => {
  const reply = await fetch(`${gateway.url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      'content-type': 'application/json',
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: reply.status, body: (await reply.json()) as Fields };
};

const USERS = {
  viewer: 'proxy_admin_viewer',
  owner: 'internal_user',
  lead: 'internal_user',
  member: 'internal_user',
  stranger: 'internal_user',
  reader: 'internal_user_viewer',
};

beforeAll(async () => {
  gateway = await startGateway(configOf([]), undefined, { keeps: true });
  for (const [id, role] of Object.entries(USERS)) {
    const { body } = await ask('/user/new', { user_id: id, user_role: role }, MASTER_KEY);
    keys[id] = body['key'] as string;
  }
  const members = [
    { user_id: 'lead', role: 'admin' },
    { user_id: 'owner', role: 'user' },
    { user_id: 'member', role: 'user' },
  ];
  await ask('/team/new', { team_id: 'team', members_with_roles: members }, MASTER_KEY);
  const made = await ask('/key/generate', { user_id: 'owner', team_id: 'team' }, MASTER_KEY);
  owned = made.body['token'] as string;
  const own = await ask('/key/service-account/generate', { team_id: 'team' }, MASTER_KEY);
  service = own.body['token'] as string;
  const nobodys = await ask('/key/generate', {}, MASTER_KEY);
  keys['nobody'] = nobodys.body['key'] as string;
});
afterAll(() => gateway.close());

describe('every route', () => {
  const ROLES = ['viewer', 'owner', 'lead', 'stranger', 'reader', 'nobody'] as const;
  it('is closed to whoever has no key, and to roles that it does not name', async () => {
    const routes = controlRoutes(gateway.gateway.accounts);
    expect(routes.length).toBeGreaterThan(40);
    for (const { method, path, access } of routes) {
      if (access === 'public') continue;
      const at = path.replaceAll(/\{\w+\}/g, 'x');
      const call = (key?: string) =>
        fetch(`${gateway.url}${at}`, {
          method: method.toUpperCase(),
          headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
        });
      expect([path, (await call()).status]).toEqual([path, 401]);
      for (const role of ROLES) {
        const isShut = access === 'admin' || (access === 'viewer' && role !== 'viewer');
        const { status } = await call(keys[role]);
        // Of the others, objects decide.
        if (isShut) expect([path, role, status]).toEqual([path, role, 403]);
        else if (access === 'viewer') expect([path, status === 403]).toEqual([path, false]);
      }
    }
  });
});

describe('every object', () => {
  /** Who may: the others hear what they would hear of one that is not there. */
  const MATRIX: readonly [string, () => [string, Fields?], readonly string[]][] = [
    ['read a key', () => [`/key/info?key=${owned}`], ['admin', 'viewer', 'owner', 'lead']],
    ['write a key', () => ['/key/update', { key: owned, tags: [] }], ['admin', 'owner', 'lead']],
    ["read a team's key", () => [`/key/info?key=${service}`], ['admin', 'viewer', 'lead']],
    ["write a team's key", () => ['/key/update', { key: service, tags: [] }], ['admin', 'lead']],
    ['read a user', () => ['/user/info?user_id=owner'], ['admin', 'viewer', 'owner']],
    ['write a user', () => ['/user/update', { user_id: 'owner', metadata: {} }], ['admin']],
    [
      'read a team',
      () => ['/team/info?team_id=team'],
      ['admin', 'viewer', 'owner', 'lead', 'member'],
    ],
    ['write a team', () => ['/team/update', { team_id: 'team', metadata: {} }], ['admin']],
    [
      'change who is in a team',
      () => ['/team/member_add', { team_id: 'team', member: { user_id: 'new' } }],
      ['admin', 'lead'],
    ],
    [
      'say what a member may spend',
      () => [
        '/team/member_add',
        { team_id: 'team', member: { user_id: 'new' }, max_budget_in_team: 1 },
      ],
      ['admin'],
    ],
    [
      'make a key for somebody in a team',
      () => ['/key/generate', { team_id: 'team', user_id: 'member' }],
      ['admin', 'lead', 'member'],
    ],
    ['read budgets', () => ['/budget/list'], ['admin', 'viewer']],
    ['write budgets', () => ['/budget/new', {}], ['admin']],
    ['read end users', () => ['/customer/list'], ['admin', 'viewer']],
    ['write end users', () => ['/customer/block', { user_ids: ['eve'] }], ['admin']],
    ['read the audit log', () => ['/audit'], ['admin', 'viewer']],
  ];
  test.each(MATRIX)('%s', async (_, call, allowed) => {
    for (const role of ['admin', ...Object.keys(USERS), 'nobody']) {
      const [path, body] = call();
      const { status } = await ask(path, body, keys[role]);
      expect([role, status === 200, status]).toEqual([role, allowed.includes(role), status]);
      if (status !== 200) expect([403, 404]).toContain(status);
    }
  });

  it('that is somebody else’s looks as if it were not there', async () => {
    const strange = await ask(`/key/info?key=${owned}`, undefined, keys['stranger']);
    const none = await ask(`/key/info?key=${'0'.repeat(64)}`, undefined, keys['stranger']);
    expect(strange.status).toBe(none.status);
    const text = (body: Fields) => JSON.stringify(body).replaceAll(/[0-9a-f-]{8,}/g, '…');
    expect(text(strange.body)).toBe(text(none.body));
  });

  it('is not won by asking for it', async () => {
    const raise = { user_id: 'stranger', user_role: 'proxy_admin' };
    expect((await ask('/user/update', raise, keys['stranger'])).status).toBe(403);
    const spend = await ask('/key/generate', { spend: 0 }, keys['stranger']);
    expect(spend.status).toBe(403);
    const into = await ask('/key/generate', { team_id: 'team' }, keys['stranger']);
    expect(into.status).toBe(403);
    const own = await ask('/key/generate', {}, keys['stranger']);
    expect(own.body).toMatchObject({ user_id: 'stranger', created_by: 'stranger' });
  });
});

test('who did what is written down, without what opens anything', async () => {
  const { body } = await ask('/audit?size=100', undefined, MASTER_KEY);
  const entries = body['audit_logs'] as Fields[];
  expect(entries.length).toBeGreaterThan(10);
  expect(JSON.stringify(entries)).not.toMatch(/lookup|"sk-[\w-]{20}/);
});

test('who is added to a team by an address is the user who has it', async () => {
  const member = { user_email: 'lead@example.com', role: 'admin' };
  await ask('/user/update', { user_id: 'reader', user_email: member.user_email }, MASTER_KEY);
  await ask('/team/new', { team_id: 'mailed' }, MASTER_KEY);
  const { body } = await ask('/team/member_add', { team_id: 'mailed', member }, MASTER_KEY);
  expect(body['members_with_roles']).toEqual([{ ...member, user_id: 'reader' }]);
  // Who leads a team does not learn by that who else there is.
  const guess = { team_id: 'team', member: { ...member, role: 'user' } };
  const added = await ask('/team/member_add', guess, keys['lead']);
  expect(JSON.stringify(added.body)).not.toContain('reader');
});

test('a team that is blocked or gone takes its keys with it', async () => {
  await ask('/team/new', { team_id: 'brief' }, MASTER_KEY);
  const { body } = await ask('/key/generate', { team_id: 'brief' }, MASTER_KEY);
  const key = body['key'] as string;
  const models = () => ask('/v1/models', undefined, key);
  expect((await models()).status).toBe(200);
  await ask('/team/block', { team_id: 'brief' }, MASTER_KEY);
  expect((await models()).status).toBe(401);
  await ask('/team/unblock', { team_id: 'brief' }, MASTER_KEY);
  expect((await models()).status).toBe(200);
  await ask('/team/delete', { team_ids: ['brief'] }, MASTER_KEY);
  expect((await models()).status).toBe(401);
});
