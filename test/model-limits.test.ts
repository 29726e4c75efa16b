import { describe, expect, it } from 'vitest';
import { errorOf, type Fields, keyWorlds } from './kit/key-world.ts';
import { answer } from './kit/upstream.ts';

/* Limits and budgets of single models: of all who can have some, in their rows or in a budget that they name. */

const world = keyWorlds();
const names = ['gpt-4.1', 'gpt-4.1-mini'];

/** Whose word it is: the row's own, or that of a budget with this id. */
const PARTIES = [
  ['key', async ({ generate }, said) => [await generate(said), await generate(said)]],
  [
    'user',
    async ({ ask, generate }, said) => {
      await ask('/user/new', { user_id: 'ann', auto_create_key: false, ...said });
      return [await generate({ user_id: 'ann' }), await generate({ user_id: 'ann' })];
    },
  ],
  [
    'team',
    async ({ ask, generate }, said) => {
      await ask('/team/new', { team_id: 'red', ...said });
      return [await generate({ team_id: 'red' }), await generate({ team_id: 'red' })];
    },
  ],
  [
    'end_user',
    async ({ ask, generate }, said) => {
      await ask('/customer/new', { user_id: 'eve', ...said });
      return [await generate(), await generate()];
    },
  ],
] as const satisfies readonly (readonly [
  string,
  (w: Awaited<ReturnType<typeof world>>, said: Fields) => Promise<{ key: string; token: string }[]>,
])[];

const inBudget = async (w: Awaited<ReturnType<typeof world>>, said: Fields) => {
  await w.ask('/budget/new', { budget_id: 'b', ...said });
  return { budget_id: 'b' };
};

describe.each(PARTIES)('a limit of one model, of a %s', (whose, make) => {
  it.each([
    ['of its own', async (_: unknown, said: Fields) => said],
    ['in a budget', inBudget],
  ] as const)('%s, holds for that model, and for all of its keys', async (_, place) => {
    const w = await world({}, answer, names);
    const said = await place(w, { model_rpm_limit: { 'gpt-4.1': 1 } });
    const [one, two] = await make(w, said);
    const chat = (key: string, model = 'gpt-4.1') => w.chat(key, { user: 'eve', model });
    expect((await chat(one!.key)).status).toBe(200);
    const refused = await chat(whose === 'key' ? one!.key : two!.key);
    expect(refused.status).toBe(429);
    expect(errorOf(refused.body).message).toContain(`Rate limit exceeded for model_per_${whose}:`);
    expect(refused.headers.get(`x-ratelimit-model_per_${whose}-limit-requests`)).toBe('1');
    expect((await chat(one!.key, 'gpt-4.1-mini')).status).toBe(200);
  });
});

describe.each(PARTIES)('a budget for one model, of a %s', (whose, make) => {
  it.each([
    ['of its own', async (_: unknown, said: Fields) => said],
    ['in a budget', inBudget],
  ] as const)('%s, holds for that model alone, and is told', async (_, place) => {
    const w = await world({}, answer, names);
    const budgets = { 'gpt-4.1': { budget_limit: '0', time_period: '1d' } };
    const said = await place(w, { model_max_budget: budgets });
    const [one] = await make(w, said);
    const chat = (model: string) => w.chat(one!.key, { user: 'eve', model });
    const refused = await chat('gpt-4.1');
    expect(refused.status).toBe(429);
    expect(errorOf(refused.body)).toMatchObject({ type: 'budget_exceeded' });
    const payer = PAYERS[whose];
    expect(errorOf(refused.body).message).toContain(`Model=gpt-4.1${payer} Current cost: 0`);
    expect((await chat('gpt-4.1-mini')).status).toBe(200);
    const asked = { model: 'gpt-4.1', messages: [], user: 'eve' };
    const { body } = await w.ask(`/spillway/route/explain?key=${one!.token}`, asked);
    const { budgets: told } = body['caller'] as { budgets: Fields[] };
    expect(told).toContainEqual(
      expect.objectContaining({ of: 'model', who: `Model=gpt-4.1${payer}`, limit_usd: 0 }),
    );
  });
});

const PAYERS = {
  key: '',
  user: ' of User=ann',
  team: ' of Team=red',
  end_user: ' of End User=eve',
};

it('the budget of a user for a model holds where their key is a team’s, too', async () => {
  const w = await world({}, answer, names);
  const model_max_budget = { 'gpt-4.1': { max_budget: 0, budget_duration: '1d' } };
  await w.ask('/user/new', { user_id: 'ann', auto_create_key: false, model_max_budget });
  await w.ask('/team/new', { team_id: 'red' });
  const { key } = await w.generate({ user_id: 'ann', team_id: 'red' });
  expect((await w.chat(key)).status).toBe(429);
  expect((await w.chat(key, { model: 'gpt-4.1-mini' })).status).toBe(200);
});
