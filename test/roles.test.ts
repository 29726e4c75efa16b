import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { TABLE } from '#gateway/routes.ts';
import { type Class, classes } from './kit/role-matrix.ts';
import { type Fields, startRoles } from './kit/roles.ts';

let roles: Awaited<ReturnType<typeof startRoles>>;
beforeAll(async () => {
  roles = await startRoles();
});
afterAll(() => roles.close());

const send: typeof roles.send = (...all) => roles.send(...all);
const ask: typeof roles.ask = (...all) => roles.ask(...all);

/** Every route that is registered: of the control plane, which tells of itself, and of models. */
const registered = async (): Promise<ReadonlyMap<string, 'control' | 'models'>> => {
  const document = (await (await fetch(`${roles.url}/openapi.json`)).json()) as {
    paths: Record<string, object>;
  };
  const control = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => [`${method.toUpperCase()} ${path}`, 'control'] as const),
  );
  const models = TABLE.map(([path, { method }]) => [`${method} ${path}`, 'models'] as const);
  return new Map([...models, ...control]);
};

describe('every route', () => {
  const ROLES = ['viewer', 'owner', 'lead', 'stranger', 'reader', 'nobody', 'service', 'models'];
  /** Whether a role is let in; of routes that are open to every key objects decide. */
  const isShut = (which: Class, role: string): boolean =>
    which === 'admin' || (which === 'viewer' && role !== 'viewer');

  it('stands in the matrix, and nothing else does', async () => {
    const routes = await registered();
    expect(routes.size).toBeGreaterThan(150);
    const unknown = [...routes].filter(([name, of]) => of === 'control' && !classes.has(name));
    expect(unknown, 'say in test/kit/role-matrix.ts who may call these').toEqual([]);
    const gone = [...classes.keys()].filter((name) => !routes.has(name));
    expect(gone, 'these are not registered').toEqual([]);
    const other = TABLE.filter(
      ([path, { method, access }]) => access !== 'key' && !classes.has(`${method} ${path}`),
    );
    expect(other, 'a route that is not for models stands in no line').toEqual([]);
  });

  it('is closed to whoever has no key, and to roles that it does not name', async () => {
    for (const [name] of await registered()) {
      const which = classes.get(name);
      const at = name.replaceAll(/\{\w+\}/g, 'x');
      const { status: bare } = await send(at);
      expect([name, bare === 401]).toEqual([name, which !== 'public']);
      if (which === undefined || which === 'public') continue;
      for (const role of ROLES) {
        const reply = await send(at, undefined, roles.keys[role]);
        await reply.body?.cancel();
        if (isShut(which, role)) expect([name, role, reply.status]).toEqual([name, role, 403]);
        else if (which === 'viewer') expect([name, reply.status === 403]).toEqual([name, false]);
      }
    }
  });
});

describe('every object', () => {
  it('that is somebody else’s looks as if it were not there', async () => {
    const strange = await ask(`/key/info?key=${roles.owned}`, undefined, roles.keys['stranger']);
    const none = await ask(`/key/info?key=${'0'.repeat(64)}`, undefined, roles.keys['stranger']);
    expect(strange.status).toBe(none.status);
    const text = (body: Fields) => JSON.stringify(body).replaceAll(/[0-9a-f-]{8,}/g, '…');
    expect(text(strange.body)).toBe(text(none.body));
  });

  it('is not won by asking for it', async () => {
    const raise = { user_id: 'stranger', user_role: 'proxy_admin' };
    expect((await ask('/user/update', raise, roles.keys['stranger'])).status).toBe(403);
    const spend = await ask('/key/generate', { spend: 0 }, roles.keys['stranger']);
    expect(spend.status).toBe(403);
    const into = await ask('/key/generate', { team_id: 'team' }, roles.keys['stranger']);
    expect(into.status).toBe(403);
    const own = await ask('/key/generate', {}, roles.keys['stranger']);
    expect(own.body).toMatchObject({ user_id: 'stranger', created_by: 'stranger' });
  });
});

test('who did what is written down, without what opens anything', async () => {
  const { body } = await ask('/audit?size=100', undefined, roles.keys['admin']);
  const entries = body['audit_logs'] as Fields[];
  expect(entries.length).toBeGreaterThan(10);
  expect(JSON.stringify(entries)).not.toMatch(/lookup|"sk-[\w-]{20}/);
});

test('who is added to a team by an address is the user who has it', async () => {
  const member = { user_email: 'lead@example.com', role: 'admin' };
  await ask(
    '/user/update',
    { user_id: 'reader', user_email: member.user_email },
    roles.keys['admin'],
  );
  await ask('/team/new', { team_id: 'mailed' }, roles.keys['admin']);
  const { body } = await ask(
    '/team/member_add',
    { team_id: 'mailed', member },
    roles.keys['admin'],
  );
  expect(body['members_with_roles']).toEqual([{ ...member, user_id: 'reader' }]);
  // Who leads a team does not learn by that who else there is.
  const guess = { team_id: 'team', member: { ...member, role: 'user' } };
  const added = await ask('/team/member_add', guess, roles.keys['lead']);
  expect(JSON.stringify(added.body)).not.toContain('reader');
});

test('a team that is blocked or gone takes its keys with it', async () => {
  await ask('/team/new', { team_id: 'brief' }, roles.keys['admin']);
  const { body } = await ask('/key/generate', { team_id: 'brief' }, roles.keys['admin']);
  const key = body['key'] as string;
  const models = () => ask('/v1/models', undefined, key);
  expect((await models()).status).toBe(200);
  await ask('/team/block', { team_id: 'brief' }, roles.keys['admin']);
  expect((await models()).status).toBe(401);
  await ask('/team/unblock', { team_id: 'brief' }, roles.keys['admin']);
  expect((await models()).status).toBe(200);
  await ask('/team/delete', { team_ids: ['brief'] }, roles.keys['admin']);
  expect((await models()).status).toBe(401);
});

test('what a team lets its members do holds for each way to do it', async () => {
  const { admin, member } = roles.keys;
  const lead = { user_id: 'lead', role: 'admin' };
  const members = [lead, { user_id: 'member', role: 'user' }];
  await ask('/team/new', { team_id: 'strict', members_with_roles: members }, admin);
  const made = await ask('/key/generate', { team_id: 'strict', user_id: 'member' }, admin);
  const own = await ask('/key/generate', {}, member);
  const key = made.body['token'];
  const say = (routes: readonly string[]) => {
    const body = { team_id: 'strict', team_member_permissions: routes };
    return ask('/team/permissions_update', body, roles.keys['lead']);
  };
  const tries = async () => {
    const all = [
      await ask('/key/generate', { team_id: 'strict' }, member),
      await ask('/key/update', { key, tags: [] }, member),
      await ask('/key/update', { key: own.body['token'], team_id: 'strict' }, member),
      await ask('/key/regenerate', { key }, member),
      await ask('/key/delete', { keys: [key] }, member),
    ];
    return all.map(({ status }) => status);
  };
  expect((await say([])).status).toBe(200);
  expect(await tries()).toEqual([403, 403, 403, 403, 403]);
  expect((await ask(`/key/info?key=${key as string}`, undefined, member)).status).toBe(200);
  await say(['/key/update']);
  expect(await tries()).toEqual([403, 200, 403, 403, 403]);
  await say(['/key/regenerate']);
  expect(await tries()).toEqual([403, 403, 403, 200, 404]);
});
