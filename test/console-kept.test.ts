import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { budgetsOf } from '#gateway/console/budgets-page.ts';
import {
  budgetsReply,
  callersReply,
  historyReply,
  usageReply,
} from '#gateway/console/kept-shapes.ts';
import { requestsReply } from '#gateway/console/shapes.ts';
import type { Role } from '#keys/principal.ts';
import { startConsole } from './kit/console.ts';
import { configOf, startGateway } from './kit/gateway.ts';
import { askOnce, fillPeople } from './kit/people.ts';
import { tempSite } from './kit/site.ts';

let site: ReturnType<typeof tempSite>;
let world: Awaited<ReturnType<typeof startConsole>>;
let people: Awaited<ReturnType<typeof fillPeople>>;
beforeAll(async () => {
  site = tempSite();
  world = await startConsole(site.folder, { asksForKey: true });
  people = await fillPeople(world);
  await askOnce(world, world.masterKey);
  await world.gateway.accounts!.registry.flush();
});
afterAll(async () => {
  await world.close();
  site.remove();
});

const get = async (path: string, key = world.masterKey) => {
  const reply = await fetch(`${world.url}${path}`, { headers: { authorization: `Bearer ${key}` } });
  return { status: reply.status, body: (await reply.json()) as object };
};
const usage = async (query: string, key?: string) =>
  usageReply.parse((await get(`/spillway/usage/report?${query}`, key)).body);

const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);

describe('usage', () => {
  it.each(['group', 'token', 'team', 'user', 'endUser', 'deployment', 'provider'])(
    'by %s comes to the same as all together, by hour and by day',
    async (by) => {
      for (const per of ['hour', 'day']) {
        const { series, rows, total, times } = await usage(`by=${by}&per=${per}`);
        // 6 of the crawler, 5 of Dify, 4 of a person, and one of the master key.
        expect(total.requests).toBe(16);
        expect(sum(rows.map(({ requests }) => requests))).toBe(16);
        expect(sum(series.flatMap(({ requests }) => requests))).toBe(16);
        expect(sum(series.flatMap(({ spend }) => spend))).toBeCloseTo(total.spend, 9);
        expect(series.every(({ tokens }) => tokens.length === times.length)).toBe(true);
      }
    },
  );

  it('by tag tells each tag, which is not all', async () => {
    const { series, rows } = await usage('by=tag&of=requests');
    expect(rows.map(({ id, requests }) => [id, requests])).toEqual([
      ['batch', 6],
      ['dify', 5],
    ]);
    expect(series.map(({ id, requests }) => [id, sum(requests)])).toEqual([
      ['batch', 6],
      ['dify', 5],
    ]);
  });

  it('keeps the largest apart, and says what the others come to', async () => {
    const made = await Promise.all(
      Array.from({ length: 9 }, (_, i) => askOnce(world, world.masterKey, { user: `many-${i}` })),
    );
    expect(made).toHaveLength(9);
    await world.gateway.accounts!.registry.flush();
    const { series, rows, total } = await usage('by=endUser&of=requests');
    expect(rows).toHaveLength(12);
    expect(series).toHaveLength(8);
    expect(series.at(-1)).toMatchObject({ id: null });
    expect(sum(series.flatMap(({ requests }) => requests))).toBe(total.requests);
  });

  it('is named as people know it, and narrowed', async () => {
    const { rows } = await usage('by=token&team_id=search');
    expect(rows.map(({ name }) => name)).toEqual(['search-crawler']);
  });

  it('shows everybody their own, and by tag only to who may see all', async () => {
    const { total, rows } = await usage('by=token', people.yuki);
    expect([total.requests, rows.map(({ name }) => name)]).toEqual([4, ['yuki-laptop']]);
    const tags = await get('/spillway/usage/report?by=tag', people.yuki);
    expect(tags.status).toBe(403);
    expect((await get('/spillway/usage/report?by=tag', people.auditor)).status).toBe(200);
  });

  it('tells the hours of a whole month apart', async () => {
    const start = new Date(Date.now() - 30 * 86_400_000).toISOString();
    const { times, series, total } = await usage(
      `per=hour&by=token&of=requests&start_date=${start}`,
    );
    expect(times).toHaveLength(721);
    expect(sum(series.flatMap(({ requests }) => requests))).toBe(total.requests);
    expect(total.requests).toBeGreaterThan(4);
  });

  it('refuses more hours than anybody could tell apart, and says what to ask for', async () => {
    const long = await get('/spillway/usage/report?per=hour&start_date=2020-01-01');
    expect([long.status, JSON.stringify(long.body)]).toEqual([
      400,
      expect.stringContaining('ask for days'),
    ]);
    expect((await get('/spillway/usage/report?by=tag&team_id=search')).status).toBe(400);
  });
});

describe('history', () => {
  it('has every record, page by page, with names, and to each their own', async () => {
    const { total, records } = historyReply.parse((await get('/spillway/history?size=4')).body);
    expect([total, records.length]).toEqual([25, 4]);
    const last = historyReply.parse((await get('/spillway/history?size=4&page=7')).body);
    expect(last.records).toHaveLength(1);
    const team = await get('/spillway/history?team_id=search');
    expect(historyReply.parse(team.body).records[0]).toMatchObject({
      key_name: 'search-crawler',
      team_name: 'Search',
      model_group: 'gpt-4.1',
      status: 'success',
    });
    const own = historyReply.parse((await get('/spillway/history', people.yuki)).body);
    expect(own.total).toBe(4);
  });
});

describe('budgets', () => {
  const named = async (key?: string): Promise<string[]> => {
    const { budgets } = budgetsReply.parse((await get('/spillway/budgets', key)).body);
    return budgets.map(({ kind, name }) => `${kind} ${name}`);
  };

  it('are listed by how much of them is gone', async () => {
    const { budgets, total } = budgetsReply.parse((await get('/spillway/budgets')).body);
    expect(total).toBe(5);
    const shares = budgets.map(({ spend, max_budget: max }) => spend / max);
    expect(shares).toEqual(shares.toSorted((a, b) => b - a));
    expect(budgets[0]).toMatchObject({ kind: 'key', name: 'search-crawler', max_budget: 0.004 });
    // What a key does not say, the budget says that it names.
    expect(await named()).toContain('key old-prototype');
  });

  it('of vendors are shown to who may see all', async () => {
    const { routing } = configOf([]);
    const providerBudgets = { vendor: { maxDollars: 3, duration: '1d' } };
    const config = configOf([], { routing: { ...routing, providerBudgets } });
    const { gateway, close } = await startGateway(config, undefined, { keeps: true });
    const of = (role: Role) => budgetsOf(gateway.accounts!.registry, { role });
    expect(of('proxy_admin_viewer').budgets).toMatchObject([
      { kind: 'provider', name: 'vendor', spend: 0, max_budget: 3, budget_duration: '1d' },
    ]);
    expect(of('internal_user').total).toBe(0);
    await close();
  });

  it('are shown to those whose they are', async () => {
    expect(new Set(await named(people.yuki))).toEqual(
      new Set(['user yuki@example.com', 'team Search', 'key search-crawler']),
    );
    expect((await named(people.auditor)).length).toBe(5);
  });
});

describe('whoever sent a request', () => {
  const words = (tenants: readonly string[]): string =>
    tenants.map((tenant) => tenant.split('/')[0]).join(',');

  it('is told by a word, which its key has a name for, and is found by that name', async () => {
    const { body } = await get('/spillway/requests?q=dify');
    const { requests } = requestsReply.parse(body);
    expect(requests).toHaveLength(5);
    const [{ tenant } = { tenant: '' }] = requests;
    expect(tenant).toMatch(/^[0-9a-f]{12}\/guest-\d$/);
    const callers = await get(`/spillway/callers?words=none,${words([tenant])}`);
    expect(callersReply.parse(callers.body).names).toEqual({ [words([tenant])]: 'dify' });
  });

  it('is named to those alone who may see everything', async () => {
    expect((await get('/spillway/callers?words=a', people.yuki)).status).toBe(403);
    expect((await get('/spillway/callers?words=a', people.auditor)).status).toBe(200);
  });
});
