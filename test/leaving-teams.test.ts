import { expect, it } from 'vitest';
import { type Fields, keyWorlds } from './kit/key-world.ts';

const world = keyWorlds();

const inTeams = async () => {
  const w = await world();
  const { ask, generate } = w;
  for (const user_id of ['ann', 'bob', 'cat'])
    await ask('/user/new', { user_id, auto_create_key: false });
  const members = [
    { user_id: 'ann', role: 'admin' },
    { user_id: 'bob', role: 'user' },
    { user_id: 'cat', role: 'admin' },
  ];
  for (const team_id of ['red', 'blue'])
    await ask('/team/new', { team_id, members_with_roles: members });
  const bound = { team_id: 'red', max_budget_in_team: 1 };
  await ask('/team/member_update', { ...bound, user_id: 'ann' });
  await ask('/team/member_update', { ...bound, user_id: 'bob' });
  const { key } = await generate({ user_id: 'ann', team_id: 'red' });
  const { key: lead } = await generate({ user_id: 'cat' });
  const team = async (id: string) => {
    const { body } = await ask(`/team/info?team_id=${id}`);
    const { members_with_roles: now } = body['team_info'] as { members_with_roles: Fields[] };
    return {
      members: now.map(({ user_id: user }) => String(user)).toSorted(),
      bounded: (body['team_memberships'] as Fields[])
        .map(({ user_id: user }) => String(user))
        .toSorted(),
    };
  };
  return { ...w, key, lead, team };
};

it('a user who is deleted is in no team any more, also where somebody is called so again', async () => {
  const { ask, generate, chat, key, team } = await inTeams();
  expect((await ask('/user/delete', { user_ids: ['ann'] })).status).toBe(200);
  expect((await chat(key)).status).toBe(401);
  expect(await team('red')).toEqual({ members: ['bob', 'cat'], bounded: ['bob'] });
  expect(await team('blue')).toEqual({ members: ['bob', 'cat'], bounded: [] });
  await ask('/user/new', { user_id: 'ann', auto_create_key: false });
  const { key: another } = await generate({ user_id: 'ann' });
  const into = { team_id: 'red', member: { user_id: 'eve', role: 'admin' } };
  expect((await ask('/team/member_add', into, another)).status).toBe(404);
});

it.each([
  ['/user/delete', { user_ids: ['ann', 'nobody'] }],
  ['/team/delete', { team_ids: ['red', 'nothing'] }],
])('where one of several is not there all stay as they are (%s)', async (path, body) => {
  const { ask, chat, key, team } = await inTeams();
  expect((await ask(path, body)).status).toBe(404);
  expect((await chat(key)).status).toBe(200);
  expect((await team('red')).members).toEqual(['ann', 'bob', 'cat']);
});

it('what a member may spend goes with them where a proxy admin takes them out', async () => {
  const { ask, lead, team } = await inTeams();
  const out = { team_id: 'red', user_id: 'bob' };
  const back = { team_id: 'red', member: { user_id: 'bob', role: 'user' } };
  // Who leads the team takes them out, and in again: the bound holds.
  expect((await ask('/team/member_delete', out, lead)).status).toBe(200);
  expect((await ask('/team/member_add', back, lead)).status).toBe(200);
  expect((await team('red')).bounded).toEqual(['ann', 'bob']);
  expect((await ask('/team/member_delete', out)).status).toBe(200);
  expect((await team('red')).bounded).toEqual(['ann']);
});
