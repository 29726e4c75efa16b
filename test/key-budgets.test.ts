import { describe, expect, it } from 'vitest';
import { errorOf, type Fields, keyWorlds } from './kit/key-world.ts';

/* Whose money it is: keys that people make and change themselves, on every route that can. */

const opened = keyWorlds();

const world = async () => {
  const w = await opened();
  const user = async (id: string, more: Fields = {}) => {
    const { body } = await w.ask('/user/new', { user_id: id, ...more });
    return String(body['key']);
  };
  const [ann, bob, lead] = [
    await user('ann', { max_budget: 10 }),
    await user('bob'),
    await user('lead'),
  ];
  await w.ask('/team/new', {
    team_id: 't',
    max_budget: 20,
    budget_duration: '30d',
    team_member_budget: 5,
    members_with_roles: [
      { user_id: 'lead', role: 'admin' },
      { user_id: 'ann' },
      { user_id: 'bob' },
    ],
  });
  const said = async (path: string, body: Fields, key: string): Promise<string> => {
    const { status, body: answer } = await w.ask(path, body, key);
    return status === 200 ? 'ok' : `${status} ${errorOf(answer).message}`;
  };
  return { ...w, ann, bob, lead, said };
};

describe('a key that people make themselves', () => {
  it('has no larger budget than whoever pays for it', async () => {
    const { ann, bob, lead, said, ask } = await world();
    const make = (body: Fields, key: string) => said('/key/generate', body, key);
    expect(await make({ max_budget: 10 }, ann)).toBe('ok');
    expect(await make({}, ann)).toBe('ok');
    expect(await make({ max_budget: 10.01 }, ann)).toMatch(
      /^400 max_budget \(10\.01\) cannot exceed what the user who pays for the key may spend \(10\)/,
    );
    const raised = { temp_budget_increase: 3, temp_budget_expiry: '2099-01-01T00:00:00Z' };
    expect(await make({ max_budget: 8, ...raised }, ann)).toMatch(/^400 max_budget \(11\)/);
    const model = { 'gpt-4.1': { budget_limit: '11', time_period: '1d' } };
    expect(await make({ model_max_budget: model }, ann)).toMatch(/^400 model_max_budget\.gpt-4\.1/);
    // Who has no budget has no such bound.
    expect(await make({ max_budget: 1_000 }, bob)).toBe('ok');
    // In a team it is the team that pays, and the member's part of it.
    expect(await make({ team_id: 't', max_budget: 21 }, ann)).toMatch(/^400 .*the team who/);
    expect(await make({ team_id: 't', max_budget: 6 }, ann)).toMatch(/^400 .*member of the team/);
    expect(await make({ team_id: 't', max_budget: 5 }, ann)).toBe('ok');
    const service = (max_budget: number) =>
      said(
        '/key/service-account/generate',
        { team_id: 't', max_budget, budget_duration: '1d' },
        lead,
      );
    expect(await service(21)).toMatch(/^400 .*the team who/);
    expect(await service(20)).toBe('ok');
    // By the budget that it names, too.
    await ask('/budget/new', { budget_id: 'large', max_budget: 50 });
    expect(await make({ budget_id: 'large' }, ann)).toMatch(/^400 max_budget \(50\)/);
  });

  it('may have more for a longer time, and not in a shorter one', async () => {
    const { lead, said } = await world();
    const make = (budget_duration: string | null) =>
      said('/key/generate', { team_id: 't', user_id: null, max_budget: 30, budget_duration }, lead);
    expect(await make(null)).toBe('ok');
    expect(await make('1d')).toMatch(/^400/);
    expect(await make('30d')).toMatch(/^400/);
    expect(await make('90d')).toBe('ok');
  });
});

describe('a budget that a key has been given', () => {
  it.each(['/key/update', '/key/regenerate', '/key/{key}/regenerate'])(
    'is lowered by whose it is, and not raised (%s)',
    async (path) => {
      const { bob, said, generate, ask } = await world();
      const models = { 'gpt-4.1': { budget_limit: 2, time_period: '1d' } };
      const given = { max_budget: 5, budget_duration: '30d', model_max_budget: models };
      const { token } = await generate({ user_id: 'bob', key_alias: 'given', ...given });
      await ask('/budget/new', { budget_id: 'large', max_budget: 50 });
      const change = (fields: Fields) =>
        said(path.replace('{key}', 'given'), { key: 'given', ...fields }, bob);
      for (const fields of [
        { max_budget: 6 },
        { max_budget: null },
        { max_budget: null, budget_id: 'large' },
        { budget_duration: '1d' },
        { temp_budget_increase: 1, temp_budget_expiry: '2099-01-01T00:00:00Z' },
        { model_max_budget: {} },
        { model_max_budget: { 'gpt-4.1': { budget_limit: 3, time_period: '1d' } } },
        { model_max_budget: { 'gpt-4.1': { budget_limit: 2, time_period: '1h' } } },
      ])
        expect([fields, await change(fields)]).toEqual([
          fields,
          expect.stringMatching(/^403 Only a proxy admin, or an admin of its team/),
        ]);
      expect((await ask(`/key/info?key=given`)).body).toMatchObject({ key: 'given', info: given });
      expect(token).toMatch(/^[0-9a-f]{64}$/);
      expect(await change({ tags: ['a'] })).toBe('ok');
      expect(await change({ max_budget: 4 })).toBe('ok');
      expect(await change({ max_budget: 5 })).toMatch(/^403/);
    },
  );

  it('is raised by who leads the team, as far as the team’s goes, and by an admin', async () => {
    const { ann, lead, said, generate, ask } = await world();
    await generate({ user_id: 'ann', team_id: 't', key_alias: 'anns', max_budget: 1 });
    const change = (max_budget: number | null, key: string) =>
      said('/key/update', { key: 'anns', max_budget }, key);
    expect(await change(2, ann)).toMatch(/^403/);
    expect(await change(2, lead)).toBe('ok');
    expect(await change(6, lead)).toMatch(/^400 .*member of the team/);
    expect((await ask('/key/update', { key: 'anns', max_budget: 600 })).status).toBe(200);
    // What an admin has said beyond that is no hindrance to other changes.
    expect(await said('/key/update', { key: 'anns', tags: ['a'] }, ann)).toBe('ok');
  });

  it('does not follow a key to where less may be spent', async () => {
    const { ann, said } = await world();
    const made = { key_alias: 'moved', max_budget: 9 };
    expect(await said('/key/generate', made, ann)).toBe('ok');
    expect(await said('/key/update', { key: 'moved', team_id: 't' }, ann)).toMatch(
      /^400 .*member of the team/,
    );
    expect(await said('/key/update', { key: 'moved', team_id: 't', max_budget: 5 }, ann)).toBe(
      'ok',
    );
  });
});

it.each([
  ['/user/update', { user_id: 'ann', max_budget: 1_000 }],
  ['/user/bulk_update', { users: [{ user_id: 'ann', max_budget: 1_000 }] }],
  ['/user/new', { user_id: 'ann2', max_budget: 1_000 }],
  ['/key/bulk_update', { keys: [{ key: 'given', max_budget: 1_000 }] }],
  ['/key/given/reset_spend', { reset_to: 0 }],
  ['/team/update', { team_id: 't', max_budget: 1_000 }],
  ['/budget/new', { budget_id: 'b', max_budget: 1_000 }],
  ['/budget/update', { budget_id: 'b', max_budget: 1_000 }],
])('nobody gives themselves a budget by %s', async (path, body) => {
  const { ann, lead, said } = await world();
  for (const key of [ann, lead]) expect(await said(path, body, key)).toMatch(/^403/);
});
