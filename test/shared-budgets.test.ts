import { describe, expect, it } from 'vitest';
import { configOf, deployment } from './kit/gateway.ts';
import { errorOf, keyWorlds } from './kit/key-world.ts';

const world = keyWorlds();

/** Settings of the config beside those of the tests'. */
const keeping = (more: Partial<ReturnType<typeof configOf>['keeping']>) => ({
  keeping: { ...configOf([deployment('PJ1', 'http://127.0.0.1:1')]).keeping, ...more },
});

describe('a budget that many name', () => {
  it('is not deleted from under them, and says who they are', async () => {
    const { ask, generate } = await world();
    await ask('/budget/new', { budget_id: 'b', max_budget: 1, rpm_limit: 1 });
    await ask('/team/new', { team_id: 't', budget_id: 'b' });
    await ask('/user/new', { user_id: 'ann', budget_id: 'b', auto_create_key: false });
    await ask('/customer/new', { user_id: 'eve', budget_id: 'b' });
    const { key } = await generate({ key_alias: 'ci', budget_id: 'b' });
    const refused = await ask('/budget/delete', { id: 'b' });
    expect(refused.status).toBe(409);
    expect(errorOf(refused.body)).toMatchObject({ param: 'id', type: 'invalid_request_error' });
    expect(errorOf(refused.body).message).toContain(
      'The budget "b" bounds 4, who would be without it: team: t, user: ann, end user: eve, key: ci.',
    );
    expect((await ask(`/key/info?key=${key}`)).body).toMatchObject({
      info: { litellm_budget_table: { max_budget: 1, rpm_limit: 1 } },
    });
    const free = { budget_id: null };
    await ask('/team/update', { team_id: 't', ...free });
    await ask('/user/update', { user_id: 'ann', ...free });
    await ask('/customer/update', { user_id: 'eve', ...free });
    expect((await ask('/budget/delete', { id: 'b' })).status).toBe(409);
    await ask('/key/update', { key, ...free });
    expect((await ask('/budget/delete', { id: 'b' })).status).toBe(200);
    expect((await ask('/budget/delete', { id: 'b' })).status).toBe(404);
  });

  it('tells of a few of many', async () => {
    const { ask, generate } = await world();
    await ask('/budget/new', { budget_id: 'b', max_budget: 1 });
    for (let n = 0; n < 7; n++) await generate({ key_alias: `k${n}`, budget_id: 'b' });
    const { body } = await ask('/budget/delete', { id: 'b' });
    expect(errorOf(body).message).toMatch(/bounds 7, .*: key: k0, .*, key: k4, …\./);
  });
});

describe('the budget of end users who have none of their own', () => {
  it('holds from when it is made, as it is then, and is not deleted', async () => {
    const w = await world(keeping({ endUserBudgetId: 'all' }));
    const { key } = await w.generate();
    const chat = async (): Promise<number> => (await w.chat(key, { user: 'eve' })).status;
    expect([await chat(), await chat()]).toEqual([200, 200]);
    await w.ask('/budget/new', { budget_id: 'all', rpm_limit: 1 });
    expect([await chat(), await chat()]).toEqual([200, 429]);
    await w.ask('/budget/update', { budget_id: 'all', rpm_limit: 3 });
    expect([await chat(), await chat(), await chat()]).toEqual([200, 200, 429]);
    const refused = await w.ask('/budget/delete', { id: 'all' });
    expect(refused.status).toBe(409);
    expect(errorOf(refused.body).message).toContain('max_end_user_budget_id');
  });

  it('takes the dollars that the config says, and the rest from the budget', async () => {
    const w = await world(keeping({ endUserBudgetId: 'all', endUserDollars: 5 }));
    const { key } = await w.generate();
    await w.ask('/budget/new', { budget_id: 'all', rpm_limit: 1, max_budget: 9 });
    const first = await w.chat(key, { user: 'eve' });
    expect(first.headers.get('x-ratelimit-end_user-limit-requests')).toBe('1');
    const told = await w.ask('/spillway/route/explain', {
      model: 'gpt-4.1',
      messages: [],
      user: 'eve',
    });
    expect(told.body['caller']).toMatchObject({
      budgets: [{ of: 'end_user', who: 'End User=eve', limit_usd: 5 }],
    });
  });
});
