import { expect, it } from 'vitest';
import { errorOf, keyWorlds } from './kit/key-world.ts';

const world = keyWorlds();

it('a rotation that is refused changes nothing of the key', async () => {
  const { generate, ask, chat } = await world();
  const taken = await generate();
  const { key, token } = await generate({ key_alias: 'mine', max_budget: 1 });
  const before = (await ask(`/key/info?key=${token}`)).body;
  for (const fields of [{ new_key: taken.key }, { new_key: 'no-key' }, { grace_period: 'soon' }]) {
    const change = { key, max_budget: 9, key_alias: 'other', spend: 5, ...fields };
    const tried = await ask('/key/regenerate', change);
    expect([fields, tried.status >= 400 && tried.status < 500]).toEqual([fields, true]);
    expect((await ask(`/key/info?key=${token}`)).body).toEqual(before);
  }
  expect((await chat(key)).status).toBe(200);
  const rotated = await ask('/key/regenerate', { key, max_budget: 9, spend: 5 });
  expect(rotated.body).toMatchObject({ max_budget: 9, spend: 5, key_alias: 'mine' });
  expect((await chat(key)).status).toBe(401);
});

it('a user whose key is refused is not made', async () => {
  const { generate, ask } = await world();
  await generate({ key_alias: 'taken' });
  for (const fields of [{ key_alias: 'taken' }, { team_id: 'nowhere' }]) {
    const tried = await ask('/user/new', { user_id: 'ann', ...fields });
    expect([fields, tried.status]).toEqual([fields, 400]);
    expect((await ask('/user/info?user_id=ann')).status).toBe(404);
  }
  expect((await ask('/user/new', { user_id: 'ann', key_alias: 'anns' })).status).toBe(200);
  const again = await ask('/user/new', { user_id: 'ann', key_alias: 'anns' });
  expect(again.status).toBe(409);
  expect(errorOf(again.body).message).toContain('The user "ann" exists already.');
});

it('no team is let do more where one of those named is not there', async () => {
  const { ask } = await world();
  const only = ['/key/info'];
  await ask('/team/new', { team_id: 'a' });
  await ask('/team/permissions_update', { team_id: 'a', team_member_permissions: only });
  const tried = await ask('/team/permissions_bulk_update', {
    team_ids: ['a', 'nowhere'],
    permissions: ['/key/delete'],
  });
  expect(tried.status).toBe(404);
  const { body } = await ask('/team/permissions_list?team_id=a');
  expect(body['team_member_permissions']).not.toContain('/key/delete');
});
