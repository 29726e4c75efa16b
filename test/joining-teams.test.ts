import { expect, it } from 'vitest';
import { closedAfterEach } from './kit/closing.ts';
import { configOf, MASTER_KEY, startGateway } from './kit/gateway.ts';

const closing = closedAfterEach();

type Fields = Record<string, unknown>;

const world = async () => {
  const plain = configOf([]);
  const config = { ...plain, keeping: { ...plain.keeping, availableTeams: ['open', 'gone'] } };
  const gateway = await startGateway(config, undefined, { keeps: true });
  closing.push(() => gateway.close());
  const ask = async (path: string, body?: Fields, key = MASTER_KEY) => {
    const reply = await fetch(`${gateway.url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: reply.status, body: (await reply.json()) as Fields };
  };
  const keyOf = async (user: string, role = 'internal_user'): Promise<string> => {
    const { body } = await ask('/user/new', { user_id: user, user_role: role });
    return String(body['key']);
  };
  const bob = { user_id: 'bob', role: 'admin' };
  const made = { team_alias: 'Open', max_budget: 5, models: ['m'], members_with_roles: [bob] };
  await ask('/team/new', { team_id: 'open', ...made });
  await ask('/team/new', { team_id: 'shut' });
  const join = (key: string, user: string, more: Fields = {}, team = 'open') =>
    ask(
      '/team/member_add',
      { team_id: team, member: { user_id: user, role: 'user', ...more } },
      key,
    );
  const available = async (key: string) => (await ask('/team/available', undefined, key)).body;
  return { ask, keyOf, join, available };
};

it('whoever has a key may join the teams that the config names, as a member, and nobody else', async () => {
  const { ask, keyOf, join, available } = await world();
  const ann = await keyOf('ann');
  const told = { team_id: 'open', team_alias: 'Open', max_budget: 5, models: ['m'] };
  expect(await available(ann)).toEqual([expect.objectContaining(told)]);
  // Who is in it is told to those who are.
  expect(JSON.stringify(await available(ann))).not.toContain('bob');
  expect((await ask('/team/info?team_id=open', undefined, ann)).status).toBe(404);
  for (const more of [{ role: 'admin' }, { user_id: 'eve' }, { user_email: 'a@b' }])
    expect((await join(ann, 'ann', more)).status).toBe(404);
  expect((await join(ann, 'ann', {}, 'shut')).status).toBe(404);
  expect((await join(ann, 'ann', {}, 'gone')).status).toBe(404);
  const worth = { team_id: 'open', member: { user_id: 'ann' }, max_budget_in_team: 9 };
  expect((await ask('/team/member_add', worth, ann)).status).toBe(403);
  expect((await join(ann, 'ann')).status).toBe(200);
  expect(await available(ann)).toEqual([]);
  expect((await ask('/key/generate', { team_id: 'open' }, ann)).status).toBe(200);
  // As a member she adds nobody, and does not make herself its lead.
  expect((await join(ann, 'eve')).status).toBe(403);
  expect((await join(ann, 'ann', { role: 'admin' })).status).toBe(403);
});

it('who may only look joins nothing', async () => {
  const { keyOf, join, available } = await world();
  const vera = await keyOf('vera', 'internal_user_viewer');
  expect(await available(vera)).toHaveLength(1);
  expect((await join(vera, 'vera')).status).toBe(404);
});
