import { expect } from 'vitest';
import { type Fields, fresh, of, startLitellm } from '../kit/litellm.ts';

const { ask, get, chat } = startLitellm();

const user = async (more: Fields = {}) => {
  const id = fresh();
  const body = await get('/user/new', { user_id: id, ...more });
  return { id, body };
};

of('POST /user/new', 'a new user has a key unless it is declined [C]', async () => {
  const { id, body } = await user();
  expect(body['user_id']).toBe(id);
  expect((await chat(String(body['key']))).status).toBe(200);
  const { body: bare } = await user({ auto_create_key: false });
  expect(bare['key'] ?? null).toBeNull();
});

of('POST /user/update', 'changes what is named alone, by id or address [S]', async () => {
  const address = `${fresh()}@example.com`;
  const { id } = await user({ user_email: address, max_budget: 3 });
  const body = await get('/user/update', { user_id: id, tpm_limit: 9 });
  expect(body).toMatchObject({ user_id: id, data: { tpm_limit: 9, max_budget: 3 } });
  await get('/user/update', { user_email: address, max_budget: 4 });
  const info = await get(`/user/info?user_id=${id}`);
  expect(info['user_info']).toMatchObject({ tpm_limit: 9, max_budget: 4 });
});

of('POST /user/new', 'refuses an address that another user has [S]', async () => {
  const address = `${fresh()}@example.com`;
  await user({ user_email: address });
  const other = await user();
  const taken = address.toUpperCase();
  expect((await ask('/user/new', { user_email: taken })).status).toBe(409);
  const update = { user_id: other.id, user_email: taken };
  expect((await ask('/user/update', update)).status).toBeGreaterThanOrEqual(400);
  // Their own they may be given again.
  await get('/user/update', { user_email: address, max_budget: 1 });
});

of('POST /user/bulk_update', 'tells of each whether it was done [S]', async () => {
  const { id } = await user();
  const body = await get<{ results: Fields[] }>('/user/bulk_update', {
    users: [
      { user_id: id, max_budget: 5 },
      { user_email: `${fresh()}@example.com`, max_budget: 5 },
    ],
  });
  expect(body).toMatchObject({ total_requested: 2, successful_updates: 1, failed_updates: 1 });
  expect(body.results[0]).toMatchObject({ user_id: id, success: true });
  expect(body.results[1]).toMatchObject({ success: false, error: expect.any(String) });
  expect((await ask('/user/bulk_update', {})).status).toBeGreaterThanOrEqual(400);
});

of('POST /user/delete', 'takes their keys with them [S]', async () => {
  const { id, body } = await user();
  expect((await ask('/user/delete', { user_ids: [id] })).status).toBe(200);
  expect((await chat(String(body['key']))).status).toBe(401);
  expect((await ask('/user/delete', { user_ids: [fresh()] })).status).toBe(404);
});

of('GET /user/info', 'tells of a user with their keys and teams [C]', async () => {
  const { id } = await user();
  const info = await get<{ keys: Fields[] }>(`/user/info?user_id=${id}`);
  expect(info).toMatchObject({ user_id: id, user_info: { user_id: id }, teams: [] });
  expect(info.keys).toHaveLength(1);
});

of('GET /v2/user/info', 'tells of a user alone; 404 for whom there is not [S]', async () => {
  const { id } = await user({ user_alias: 'Ann', max_budget: 2 });
  const info = await get(`/v2/user/info?user_id=${id}`);
  const fields =
    'user_id user_email user_alias user_role spend max_budget models budget_duration budget_reset_at';
  for (const name of `${fields} metadata created_at updated_at teams`.split(' '))
    expect(info).toHaveProperty(name);
  expect(info).toMatchObject({ user_id: id, user_alias: 'Ann', max_budget: 2, teams: [] });
  expect(info).not.toHaveProperty('keys');
  expect((await ask(`/v2/user/info?user_id=${fresh()}`)).status).toBe(404);
});

of('GET /user/list', 'lists users, a page at a time [S]', async () => {
  const { id } = await user();
  const body = await get<{ users: Fields[] }>(`/user/list?user_ids=${id}&page=1&page_size=5`);
  expect(body).toMatchObject({ total: 1, page: 1, page_size: 5, total_pages: 1 });
  expect(body.users.map(({ user_id: one }) => one)).toEqual([id]);
});

of('GET /user/available_users', 'counts users and teams [S]', async () => {
  await user();
  const body = await get('/user/available_users');
  expect(body).toHaveProperty('total_users');
  expect(body).toHaveProperty('total_teams_used');
  expect(body['total_users_used']).toBeGreaterThan(0);
});
