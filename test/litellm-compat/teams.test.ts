import { expect } from 'vitest';
import { errorOf, type Fields, fresh, of, startLitellm } from '../kit/litellm.ts';

const { ask, get, chat, model } = startLitellm();

const team = async (more: Fields = {}) => {
  const id = fresh();
  return { id, body: await get('/team/new', { team_id: id, ...more }) };
};
const newUser = async (): Promise<string> => {
  const id = fresh();
  await get('/user/new', { user_id: id, auto_create_key: false });
  return id;
};
const membersOf = async (id: string): Promise<Fields[]> => {
  const { team_info: info } = await get<{ team_info: { members_with_roles: Fields[] } }>(
    `/team/info?team_id=${id}`,
  );
  return info.members_with_roles;
};

of('POST /team/new', 'answers with what was asked for [C]', async () => {
  const asked = { team_alias: fresh(), models: [model], max_budget: 7, rpm_limit: 3 };
  const { id, body } = await team(asked);
  expect(body).toMatchObject({ ...asked, team_id: id, blocked: false });
});

of('GET /team/info', 'a team holds its keys to its models [C]', async () => {
  const { id } = await team({ models: ['another-model'] });
  const { key } = await get('/key/generate', { team_id: id });
  const refused = await chat(String(key));
  expect(refused.status).toBe(401);
  expect(errorOf(refused)['type']).toBe('team_model_access_denied');
  const info = await get<{ keys: Fields[] }>(`/team/info?team_id=${id}`);
  expect(info).toMatchObject({ team_id: id, team_info: { models: ['another-model'] } });
  expect(info.keys).toHaveLength(1);
});

of('POST /team/update', 'changes what is named alone [S]', async () => {
  const { id } = await team({ max_budget: 7 });
  const body = await get('/team/update', { team_id: id, rpm_limit: 5 });
  expect(body).toMatchObject({ team_id: id, data: { rpm_limit: 5, max_budget: 7 } });
});

of('POST /team/delete', 'takes the keys of the team with it [S]', async () => {
  const { id } = await team();
  const { key } = await get('/key/generate', { team_id: id });
  expect(await get('/team/delete', { team_ids: [id] })).toMatchObject({ deleted_teams: [id] });
  expect((await chat(String(key))).status).toBe(401);
});

of('POST /team/block', 'lets the keys of a team open nothing [C]', async () => {
  const { id } = await team();
  const { key } = await get('/key/generate', { team_id: id });
  expect(await get('/team/block', { team_id: id })).toMatchObject({ blocked: true });
  expect((await chat(String(key))).status).toBe(401);
});

of('POST /team/unblock', 'lets them open again [C]', async () => {
  const { id } = await team({ blocked: true });
  const { key } = await get('/key/generate', { team_id: id });
  expect(await get('/team/unblock', { team_id: id })).toMatchObject({ blocked: false });
  expect((await chat(String(key))).status).toBe(200);
});

of('POST /team/member_add', 'answers with the team and who was added [S]', async () => {
  const { id } = await team();
  const user = await newUser();
  const member = { role: 'user', user_id: user };
  const body = await get<{ updated_users: Fields[]; updated_team_memberships: Fields[] }>(
    '/team/member_add',
    { team_id: id, member, max_budget_in_team: 2 },
  );
  expect(body.updated_users.map(({ user_id: one }) => one)).toEqual([user]);
  expect(body.updated_team_memberships[0]).toMatchObject({
    user_id: user,
    team_id: id,
    litellm_budget_table: { max_budget: 2 },
  });
  expect(await membersOf(id)).toContainEqual(expect.objectContaining(member));
});

of('POST /team/bulk_member_add', 'tells of each whether it was added [S]', async () => {
  const { id } = await team();
  const members = [
    { role: 'user', user_id: await newUser() },
    { role: 'admin', user_id: await newUser() },
  ];
  const body = await get<{ results: Fields[] }>('/team/bulk_member_add', { team_id: id, members });
  expect(body).toMatchObject({
    team_id: id,
    total_requested: 2,
    successful_additions: 2,
    failed_additions: 0,
    updated_team: { team_id: id },
  });
  expect(body.results.map(({ user_id: user, success }) => [user, success])).toEqual(
    members.map(({ user_id: user }) => [user, true]),
  );
});

of('POST /team/member_update', 'answers with what the member may do now [S]', async () => {
  const { id } = await team();
  const user = await newUser();
  await get('/team/member_add', { team_id: id, member: { role: 'user', user_id: user } });
  const asked = { team_id: id, user_id: user, max_budget_in_team: 4, rpm_limit: 9 };
  expect(await get('/team/member_update', { ...asked, role: 'admin' })).toMatchObject(asked);
  expect(await membersOf(id)).toContainEqual(
    expect.objectContaining({ user_id: user, role: 'admin' }),
  );
});

of('POST /team/member_delete', 'takes somebody out of the team [S]', async () => {
  const { id } = await team();
  const user = await newUser();
  await get('/team/member_add', { team_id: id, member: { role: 'user', user_id: user } });
  expect(await get('/team/member_delete', { team_id: id, user_id: user })).toMatchObject({
    team_id: id,
  });
  expect((await membersOf(id)).map(({ user_id: one }) => one)).not.toContain(user);
});

of('POST /team/model/add', 'lets a team use more models [A]', async () => {
  const { id } = await team({ models: ['a'] });
  expect((await ask('/team/model/add', { team_id: id, models: ['b'] })).status).toBe(200);
  const { team_info: info } = await get<{ team_info: { models: string[] } }>(
    `/team/info?team_id=${id}`,
  );
  expect(info.models.toSorted()).toEqual(['a', 'b']);
});

of('POST /team/model/delete', 'lets a team use fewer models [A]', async () => {
  const { id } = await team({ models: ['a', 'b'] });
  expect((await ask('/team/model/delete', { team_id: id, models: ['b'] })).status).toBe(200);
  expect((await get(`/team/info?team_id=${id}`))['team_info']).toMatchObject({ models: ['a'] });
});

of('GET /team/list', 'lists teams whole [A]', async () => {
  const { id } = await team();
  const all = await get<Fields[]>('/team/list');
  expect(all.map(({ team_id: one }) => one)).toContain(id);
});

of(
  'GET /team/available',
  'lists teams that one may join: none, unless the config names some [A]',
  async () => {
    await team();
    expect(await get('/team/available')).toEqual([]);
  },
);

of('GET /v2/team/list', 'lists teams a page at a time, with how many they are [S]', async () => {
  const alias = fresh();
  const { id } = await team({ team_alias: alias });
  await get('/team/member_add', {
    team_id: id,
    member: { role: 'user', user_id: await newUser() },
  });
  await get('/key/generate', { team_id: id });
  const body = await get<{ teams: Fields[] }>(
    `/v2/team/list?team_alias=${alias}&page=1&page_size=5`,
  );
  expect(body).toMatchObject({ total: 1, page: 1, page_size: 5, total_pages: 1 });
  const [row] = body.teams;
  expect(row).toMatchObject({ team_id: id, team_alias: alias, keys_count: 1 });
  expect(row!['members_count']).toBeGreaterThanOrEqual(1);
});

of(
  'GET /team/permissions_list',
  'what members may do with keys, and what they might [S]',
  async () => {
    const { id } = await team();
    const body = await get<{ all_available_permissions: string[] }>(
      `/team/permissions_list?team_id=${id}`,
    );
    expect(body).toMatchObject({
      team_id: id,
      team_member_permissions: expect.arrayContaining(['/key/info', '/key/health']),
    });
    expect(body.all_available_permissions).toEqual(
      expect.arrayContaining(['/key/generate', '/key/update', '/key/delete']),
    );
  },
);

of('POST /team/permissions_update', 'members make keys where the team lets them [S]', async () => {
  const { id } = await team();
  const { user_id: user, key } = await get('/user/new', { user_id: fresh() });
  await get('/team/member_add', { team_id: id, member: { role: 'user', user_id: user } });
  const make = () => ask('/key/generate', { team_id: id, user_id: user }, String(key));
  const say = (routes: string[]) =>
    get('/team/permissions_update', { team_id: id, team_member_permissions: routes });
  expect(await say([])).toMatchObject({ team_id: id, team_member_permissions: [] });
  const refused = await make();
  expect([401, 403]).toContain(refused.status);
  expect(errorOf(refused)['message']).toContain(
    'Team member does not have permissions for endpoint: /key/generate',
  );
  await say(['/key/generate']);
  expect((await make()).status).toBe(200);
});

of(
  'POST /team/permissions_bulk_update',
  'adds to what teams let their members do [S]',
  async () => {
    const { id } = await team();
    await get('/team/permissions_update', { team_id: id, team_member_permissions: [] });
    const more = { permissions: ['/key/update'] };
    expect(await get('/team/permissions_bulk_update', { ...more, team_ids: [id] })).toMatchObject({
      message: 'Team permissions updated successfully',
      teams_updated: 1,
      permissions_appended: ['/key/update'],
    });
    const body = await get(`/team/permissions_list?team_id=${id}`);
    expect(body['team_member_permissions']).toContain('/key/update');
    expect((await ask('/team/permissions_bulk_update', more)).status).toBe(400);
  },
);
