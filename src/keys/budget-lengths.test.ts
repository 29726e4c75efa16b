import { expect, test } from 'vitest';
import { silentLog } from '#core/log.ts';
import { budgetLengths, oldestWindowMs } from '#keys/budget-lengths.ts';
import { Directory } from '#keys/directory.ts';
import { Windows } from '#keys/windows.ts';
import { openSqlite } from '#store/sqlite/open.ts';

const DAY_MS = 86_400_000;

test('every budget is asked how long it runs', async () => {
  const store = await openSqlite({ clock: { wall: () => 1 }, log: silentLog });
  const { keys, teams, users, budgets, customers } = await Directory.open(store, silentLog);
  await keys.put('k', {
    id: 'k',
    token: 't',
    lookup: 'l',
    key_name: 'n',
    budget_duration: '1d',
    model_max_budget: { m: { budget_limit: 1, time_period: '2d' }, n: { budget_limit: 1 } },
  });
  await teams.put('t', {
    team_id: 't',
    budget_duration: '3d',
    team_member_budget_duration: '4d',
    member_allowances: { ann: { budget_duration: '5d' }, bob: {} },
  });
  await users.put('u', { user_id: 'u', budget_duration: '6d' });
  await budgets.put('b', { budget_id: 'b', budget_duration: '7d' });
  await customers.put('c', { user_id: 'c', budget_duration: '8d' });
  const directory = await Directory.open(store, silentLog);
  expect([...budgetLengths(directory)].toSorted()).toEqual(
    Array.from({ length: 8 }, (_, n) => `${n + 1}d`),
  );
  await store.close();
});

test('what a window that runs may ask for is kept, and the last hundred days', () => {
  const wallMs = Date.UTC(2026, 10, 26);
  const of = { windows: new Windows('UTC'), wallMs };
  expect(oldestWindowMs(['1h', '1mo'], of)).toBe(wallMs - 101 * DAY_MS);
  expect(oldestWindowMs(['1h', '12mo'], of)).toBe(Date.UTC(2025, 11, 31));
});
