import { describe, expect, it } from 'vitest';
import { type Fields, keyWorlds } from './kit/key-world.ts';

/* Changes that come at the same time: each starts from what the one before has left. */

const world = keyWorlds();
const MANY = 12;
const times = <T>(make: (n: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: MANY }, (_, n) => make(n)));

describe('changes at the same time', () => {
  it.each([
    ['/key/generate', { key_alias: 'same' }],
    ['/key/generate', { key: 'sk-the-same-key-for-all' }],
    ['/user/new', { user_id: 'ann' }],
    ['/team/new', { team_id: 't' }],
    ['/customer/new', { user_id: 'eve' }],
    ['/budget/new', { budget_id: 'b' }],
  ])('make what is called the same once (%s %j)', async (path, body) => {
    const { ask } = await world();
    const statuses = (await times(() => ask(path, body))).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status >= 400 && status < 500)).toHaveLength(MANY - 1);
  });

  it('of a team lose no member', async () => {
    const { ask } = await world();
    await ask('/team/new', { team_id: 't' });
    const add = (n: number) =>
      ask('/team/member_add', { team_id: 't', member: { user_id: `u${n}`, role: 'user' } });
    await times(add);
    const { body } = await ask('/team/info?team_id=t');
    const { members_with_roles: members } = body['team_info'] as { members_with_roles: Fields[] };
    expect(members).toHaveLength(MANY);
  });

  it('of a key keep what each has said, also where some are refused', async () => {
    const { ask, generate } = await world();
    const { key, token } = await generate();
    const said: Fields[] = [
      { tags: ['a'] },
      { rpm_limit: 7 },
      { max_budget: 3 },
      { team_id: 'nowhere' },
      { metadata: { b: 1 } },
    ];
    const all = await Promise.all(said.map((fields) => ask('/key/update', { key, ...fields })));
    expect(all.map(({ status }) => status)).toEqual([200, 200, 200, 400, 200]);
    expect((await ask(`/key/info?key=${token}`)).body).toMatchObject({
      info: { tags: ['a'], rpm_limit: 7, max_budget: 3, metadata: { b: 1 }, team_id: null },
    });
  });

  it('rotate a key as often as they say, and one of them opens', async () => {
    const { ask, generate, chat } = await world();
    const { token } = await generate({ key_alias: 'turning' });
    const made = await times(() => ask('/key/turning/regenerate', {}));
    const keys = made.map(({ body }) => String(body['key']));
    const opens = (await Promise.all(keys.map((key) => chat(key)))).map(({ status }) => status);
    expect(opens.filter((status) => status === 200)).toHaveLength(1);
    expect((await ask(`/key/info?key=${token}`)).status).toBe(404);
  });
});
