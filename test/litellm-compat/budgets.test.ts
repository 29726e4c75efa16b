import { expect } from 'vitest';
import { type Fields, fresh, of, startLitellm } from '../kit/litellm.ts';

const { ask, get } = startLitellm();

const budget = async (more: Fields = {}): Promise<string> => {
  const id = fresh();
  await get('/budget/new', { budget_id: id, ...more });
  return id;
};

of('POST /budget/new', 'a budget may be named by a key [D]', async () => {
  const id = await budget({ max_budget: 3, rpm_limit: 1 });
  const body = await get('/key/generate', { budget_id: id });
  expect(body['litellm_budget_table']).toMatchObject({ budget_id: id, max_budget: 3 });
});

of('POST /budget/new', 'one that is there, or is below nothing, is refused [S]', async () => {
  const id = await budget();
  for (const body of [{ budget_id: id }, { budget_id: fresh(), max_budget: -1 }]) {
    const { status } = await ask('/budget/new', body);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
  }
});

of('POST /budget/update', 'changes what is named alone [S]', async () => {
  const id = await budget({ max_budget: 3, rpm_limit: 1 });
  expect(await get('/budget/update', { budget_id: id, rpm_limit: 2 })).toMatchObject({
    budget_id: id,
    rpm_limit: 2,
    max_budget: 3,
  });
});

of('POST /budget/info', 'tells of those that are named [S]', async () => {
  const id = await budget({ max_budget: 3 });
  const rows = await get<Fields[]>('/budget/info', { budgets: [id, fresh()] });
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({ budget_id: id, max_budget: 3 });
});

of('GET /budget/list', 'lists all [S]', async () => {
  const id = await budget();
  const rows = await get<Fields[]>('/budget/list');
  expect(rows.map(({ budget_id: one }) => one)).toContain(id);
});

of(
  'GET /budget/settings',
  'says what can be said of a budget, and what this one says [S]',
  async () => {
    const id = await budget({ max_budget: 3 });
    const rows = await get<Fields[]>(`/budget/settings?budget_id=${id}`);
    expect(rows.map(({ field_name: name }) => String(name)).toSorted()).toEqual([
      'budget_duration',
      'max_budget',
      'max_parallel_requests',
      'model_max_budget',
      'rpm_limit',
      'soft_budget',
      'tpm_limit',
    ]);
    expect(rows.find(({ field_name: name }) => name === 'max_budget')).toMatchObject({
      field_type: 'Float',
      field_value: 3,
      stored_in_db: true,
      field_default_value: null,
    });
  },
);

of('POST /budget/delete', 'answers with the budget that is gone [S]', async () => {
  const id = await budget({ max_budget: 3 });
  expect(await get('/budget/delete', { id })).toMatchObject({ budget_id: id, max_budget: 3 });
  expect(await get('/budget/info', { budgets: [id] })).toEqual([]);
});
