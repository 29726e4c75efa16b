import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { readCsv } from '#core/csv.ts';
import { readTraffic } from '#plan/read-traffic.ts';
import { configOf, deployment, MASTER_KEY, startGateway } from './kit/gateway.ts';
import { answer, startUpstream } from './kit/upstream.ts';

type Fields = Record<string, unknown>;

/** WHOLE, with five tokens in and two out, costs nine dollars. */
const pricing = {
  provider: 'nobody',
  model: 'm',
  own: { input: { nanos: 1e15 }, output: { nanos: 2e15 } },
};
const DOLLARS = 9;

let gateway: Awaited<ReturnType<typeof startGateway>>;
let close: () => Promise<void>;
const tokens: Record<string, string> = {};
const keys: Record<string, string> = {};

const ask = async (path: string, body?: Fields, key = MASTER_KEY, more = {}) => {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...more };
  const reply = await fetch(`${gateway.url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: reply.status, text: await reply.text() };
};
const json = async <T = Fields>(path: string, body?: Fields, key?: string): Promise<T> => {
  const { status, text } = await ask(path, body, key);
  expect([path, status, text.slice(0, 200)]).toEqual([path, 200, text.slice(0, 200)]);
  return JSON.parse(text) as T;
};

beforeAll(async () => {
  const upstream = await startUpstream(answer);
  const rows = [deployment('PJ1', upstream.url, { pricing })];
  gateway = await startGateway(configOf(rows), undefined, { keeps: true });
  close = async () => {
    await gateway.close();
    await upstream.close();
  };
  const members = [{ user_id: 'ann', role: 'admin' }, { user_id: 'bob' }];
  await json('/team/new', { team_id: 'team', team_alias: 'Team', members_with_roles: members });
  for (const user of ['ann', 'bob']) {
    await json('/user/new', { user_id: user, auto_create_key: false });
    const made = await json('/key/generate', { user_id: user, team_id: 'team', key_alias: user });
    [keys[user], tokens[user]] = [made['key'] as string, made['token'] as string];
  }
  const chat = (key: string, more: Fields, headers = {}) =>
    ask('/v1/chat/completions', { model: 'gpt-4.1', messages: [], ...more }, key, headers);
  const session = { litellm_session_id: 'talk-1', metadata: { session_id: 'nobodys' } };
  await chat(keys['ann']!, { user: 'eve', tags: ['red', '=1+1'], ...session });
  await chat(keys['bob']!, { tags: ['red'], metadata: { session_id: 'talk-12' } });
  await chat(keys['bob']!, { model: 'none' }, { 'x-spillway-run': 'Run_1' });
  const named = { 'x-litellm-session-id': 'Talk_2', 'x-spillway-run': 'nobodys' };
  await chat(MASTER_KEY, { stream: true, litellm_session_id: 'nobodys' }, named);
  await gateway.keeping!.writer.flush();
});
afterAll(() => close());

describe('records of spend', () => {
  it('are listed in the words of LiteLLM', async () => {
    const rows = await json<Fields[]>('/spend/logs');
    expect(rows).toHaveLength(4);
    expect(rows.find((row) => row['end_user'] === 'eve')).toMatchObject({
      api_key: tokens['ann'],
      user: 'ann',
      team_id: 'team',
      model_group: 'gpt-4.1',
      model: 'gpt-4.1-upstream',
      model_id: 'PJ1',
      prompt_tokens: 5,
      completion_tokens: 2,
      total_tokens: 7,
      spend: DOLLARS,
      status: 'success',
      request_tags: ['red', '=1+1'],
      messages: {},
      response: {},
      wait_ms: 0,
      attempts: [['PJ1', 'ok']],
    });
  });

  it('come page by page, and only those that were asked for', async () => {
    const page = await json('/spend/logs/v2?page=2&page_size=2');
    expect(page).toMatchObject({ total: 4, page: 2, page_size: 2, total_pages: 2 });
    expect(page['data']).toHaveLength(2);
    expect((await json('/spend/logs/v2?user_id=bob'))['total']).toBe(2);
    expect((await json('/spend/logs/v2?status_filter=failure'))['total']).toBe(1);
    expect((await json(`/spend/logs/v2?api_key=${tokens['ann']}`))['total']).toBe(1);
    // As LiteLLM does, it knows a key by itself, too.
    expect((await json(`/spend/logs/v2?api_key=${keys['ann']}`))['total']).toBe(1);
    expect((await json('/spend/logs/v2?api_key=sk-nobodys'))['total']).toBe(0);
    expect((await json('/spend/logs/v2?end_date=2020-01-01'))['total']).toBe(0);
    expect((await ask('/spend/logs?start_date=soon')).status).toBe(400);
  });

  it('are told apart by what they cost, by alias and by deployment', async () => {
    const total = async (query: string, key?: string) =>
      (await json(`/spend/logs/v2?${query}`, undefined, key))['total'];
    expect(await total(`min_spend=${DOLLARS}`)).toBe(3);
    expect(await total(`min_spend=${DOLLARS}.01`)).toBe(0);
    expect(await total(`max_spend=${DOLLARS - 1}&min_spend=`)).toBe(1);
    expect(await total('min_spend=1&end_date=2020-01-01')).toBe(0);
    expect(await total('key_alias=nn')).toBe(1);
    expect(await total('key_alias=bo&min_spend=1')).toBe(1);
    expect(await total('key_alias=nobody')).toBe(0);
    expect(await total('key_alias=ann', keys['bob'])).toBe(0);
    expect(await total('model_id=PJ1')).toBe(3);
    expect(await total('sort_by=startTime&sort_order=desc&group_by_session=false')).toBe(4);
    const { text } = await ask('/spend/logs/export?max_spend=1');
    expect(text.trim().split('\n')).toHaveLength(1);
  });

  it('are told apart by session, by error and by whatever somebody looks for', async () => {
    const rows = await json<Fields[]>('/spend/logs');
    const sessions = rows.map((row) => String(row['session_id']));
    expect(sessions.toSorted()).toEqual(['Run_1', 'Talk_2', 'talk-1', 'talk-12']);
    const users = async (query: string, key?: string) => {
      const page = await json<{ data: Fields[]; total: number }>(
        `/spend/logs/v2?${query}`,
        undefined,
        key,
      );
      expect(page.total).toBe(page.data.length);
      return page.data.map((row) => String(row['user'])).toSorted();
    };
    expect(await users('session_id=talk-1')).toEqual(['ann', 'bob']);
    expect(await users('session_id=%20alk_%20')).toEqual(['default_user_id']);
    expect(await users('session_id=none')).toEqual([]);
    expect(await users('session_id=')).toHaveLength(4);
    expect(await users('session_id=talk', keys['ann'])).toEqual(['ann']);
    expect(await users('error_code=400')).toEqual(['bob']);
    expect(await users('error_code=400', keys['ann'])).toEqual([]);
    expect(await users('error_code=429')).toEqual([]);
    expect(await users('error_message=INVALID%20model')).toEqual(['bob']);
    expect(await users('error_message=invalid&end_date=2020-01-01')).toEqual([]);
    expect(await users('search=talk-1')).toEqual(['ann']);
    expect(await users('search=eve')).toEqual(['ann']);
    expect(await users('search=bob')).toEqual(['bob', 'bob']);
    expect(await users('search=bob&error_code=400')).toEqual(['bob']);
    expect(await users('search=bob', keys['ann'])).toEqual([]);
    expect(await users(`search=${keys['ann']}`)).toEqual(['ann']);
    expect(await users('search=PJ1')).toHaveLength(3);
    const id = String(rows[0]!['request_id']);
    expect(await users(`search=${id}`)).toHaveLength(1);
    expect(await users(`search=${id}&request_id=another`)).toEqual([]);
    const { text } = await ask('/spend/logs/export?session_id=talk-12&format=csv');
    const [head, line] = [...readCsv(text)];
    expect(line!.fields[head!.fields.indexOf('session_id')]).toBe('talk-12');
  });

  it.each([
    ['min_spend=much', /`min_spend` must be a number of dollars/],
    ['max_spend=-1', /`max_spend` must be a number of dollars/],
    ['span_type=agent', /`span_type` is not served here.*min_spend, max_spend/],
    ['error_code=busy', /`error_code` must be the HTTP status of an error/],
    ['error_code=4290', /`error_code` must be the HTTP status of an error/],
    ['sort_by=spend', /`sort_by` is not served here \(but for `startTime`\)/],
  ])('%s is refused, and not ignored', async (query, words) => {
    for (const path of ['/spend/logs/v2', '/spend/logs/export']) {
      const { status, text } = await ask(`${path}?${query}`);
      expect([status, (JSON.parse(text) as { error: Fields }).error['message']]).toEqual([
        400,
        expect.stringMatching(words),
      ]);
    }
  });

  it('are seen by those whose they are', async () => {
    const bobs = await json<Fields[]>('/spend/logs', undefined, keys['bob']);
    expect(bobs.map((row) => row['user'])).toEqual(['bob', 'bob']);
    const teams = await json<Fields[]>('/spend/logs?team_id=team', undefined, keys['bob']);
    expect(teams.map((row) => row['user'])).toEqual(['bob', 'bob']);
    const leads = await json<Fields[]>('/spend/logs?team_id=team', undefined, keys['ann']);
    expect(new Set(leads.map((row) => row['user']))).toEqual(new Set(['ann', 'bob']));
  });

  it('go out as a log that can be replayed, and as CSV that no spreadsheet runs', async () => {
    const { text } = await ask('/spend/logs/export');
    const traffic = readTraffic(text, 'log.jsonl');
    expect(traffic.requests).toHaveLength(3);
    // A model that nobody has: no request that could be replayed, and no broken line.
    expect([traffic.broken.count, traffic.passedOver]).toEqual([0, new Map([[400, 1]])]);
    const csv = await ask('/spend/logs/export?format=csv');
    const [head, ...lines] = [...readCsv(csv.text)];
    expect(head!.fields).toContain('request_tags');
    expect(lines).toHaveLength(4);
    expect(csv.text).not.toMatch(/(?:^|,)=/m);
    expect(readTraffic(csv.text, 'log.csv').requests).toHaveLength(3);
  });
});

describe('sums of spend', () => {
  it('between two dates day by day, as LiteLLM sums them, unless rows are asked for', async () => {
    const today = new Date().toISOString().slice(0, 10);
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    const dates = `start_date=2026-01-01&end_date=${tomorrow}`;
    const [day, next, ...more] = await json<Fields[]>(`/spend/logs?${dates}`);
    expect(day).toEqual({
      startTime: today,
      spend: 3 * DOLLARS,
      users: { ann: DOLLARS, bob: DOLLARS, default_user_id: DOLLARS },
      models: { 'gpt-4.1-upstream': 3 * DOLLARS },
      [tokens['ann']!]: DOLLARS,
      [tokens['bob']!]: DOLLARS,
      '': DOLLARS,
    });
    expect(next).toEqual({ startTime: tomorrow, spend: 0, users: {}, models: {} });
    expect(more).toEqual([]);
    const bobs = await json<Fields[]>(`/spend/logs?${dates}`, undefined, keys['bob']);
    expect(bobs[0]).toMatchObject({ spend: DOLLARS, users: { bob: DOLLARS } });
    expect(await json<Fields[]>(`/spend/logs?${dates}&summarize=false`)).toHaveLength(4);
    expect(await json<Fields[]>('/spend/logs?start_date=2020-01-01&end_date=2020-01-02')).toEqual(
      [],
    );
    expect((await ask('/spend/logs?start_date=1000-01-01&end_date=2020-01-02')).status).toBe(400);
  });

  it('of everybody', async () => {
    expect(await json('/global/spend')).toEqual({ spend: 3 * DOLLARS, max_budget: null });
    const [day] = await json<Fields[]>('/global/spend/logs');
    expect(day).toMatchObject({ spend: 3 * DOLLARS });
    expect(await json('/global/activity')).toMatchObject({
      sum_api_requests: 4,
      sum_total_tokens: 21,
    });
    const [model] = await json<Fields[]>('/global/activity/model');
    expect(model).toMatchObject({ model: 'gpt-4.1', sum_api_requests: 3 });
  });

  it('by who and what', async () => {
    const names = await json<Fields[]>('/global/spend/keys');
    expect(names.find((row) => row['api_key'] === tokens['bob'])).toMatchObject({
      key_alias: 'bob',
      total_spend: DOLLARS,
    });
    const today = new Date().toISOString().slice(0, 10);
    expect(await json('/global/spend/teams')).toEqual({
      daily_spend: [{ date: today, Team: 2 * DOLLARS, Unassigned: DOLLARS }],
      teams: expect.arrayContaining(['Team', 'Unassigned']),
      total_spend_per_team: [
        { team_id: 'Team', total_spend: 2 * DOLLARS },
        { team_id: 'Unassigned', total_spend: DOLLARS },
      ],
    });
    expect(await json('/global/spend/models')).toEqual([
      { model: 'gpt-4.1', total_spend: 3 * DOLLARS },
    ]);
    expect(await json('/spend/tags')).toEqual([
      { individual_request_tag: '=1+1', log_count: 1, total_spend: DOLLARS },
      { individual_request_tag: 'red', log_count: 2, total_spend: 2 * DOLLARS },
    ]);
    const [first] = await json<Fields[]>('/spend/keys');
    expect(first).toMatchObject({ spend: DOLLARS });
    const byKey = await json<Fields[]>('/global/spend/report?group_by=api_key');
    expect(byKey.find((row) => row['api_key'] === tokens['bob'])).toEqual({
      api_key: tokens['bob'],
      total_cost: DOLLARS,
      total_input_tokens: 5,
      total_output_tokens: 2,
      model_details: [
        {
          model: 'gpt-4.1-upstream',
          total_cost: DOLLARS,
          total_input_tokens: 5,
          total_output_tokens: 2,
        },
      ],
    });
    const [report] = await json<{ teams: Fields[] }[]>('/global/spend/report');
    expect(report!.teams.find((row) => row['team_id'] === 'team')).toMatchObject({
      team_name: 'Team',
      total_spend: 2 * DOLLARS,
      metadata: expect.arrayContaining([
        { model: 'gpt-4.1-upstream', api_key: tokens['bob'], spend: DOLLARS, total_tokens: 7 },
      ]),
    });
  });

  it('day by day, as LiteLLM’s console reads them', async () => {
    const { results, metadata } = await json<{ results: Fields[]; metadata: Fields }>(
      '/team/daily/activity?team_ids=team',
    );
    expect(metadata).toMatchObject({ total_spend: 2 * DOLLARS, total_api_requests: 3 });
    expect(results[0]).toMatchObject({
      metrics: { spend: 2 * DOLLARS, successful_requests: 2, failed_requests: 1 },
      breakdown: {
        model_groups: { 'gpt-4.1': { metrics: { api_requests: 2 } } },
        entities: { team: { metrics: { api_requests: 3 } } },
      },
    });
    const own = await json<{ metadata: Fields }>('/user/daily/activity', undefined, keys['bob']);
    expect(own.metadata).toMatchObject({ total_api_requests: 2, total_failed_requests: 1 });
    const byTag = await json<{ results: Fields[]; metadata: Fields }>(
      '/tag/daily/activity?tags=red',
    );
    expect(byTag.metadata).toMatchObject({ total_spend: 2 * DOLLARS, total_api_requests: 2 });
    expect(byTag.results).toHaveLength(1);
    expect(byTag.results[0]!['breakdown']).toEqual({
      entities: { red: { metrics: byTag.results[0]!['metrics'], metadata: {} } },
    });
    const usage = await json<{ usage: Fields[] }>('/spillway/usage?by=user,deployment&per=hour');
    expect(usage.usage.find((row) => row['user'] === 'ann')).toMatchObject({
      deployment: 'PJ1',
      spend: DOLLARS,
    });
  });
});

test('what something costs', async () => {
  const usage = { prompt_tokens: 5, completion_tokens: 2 };
  const whole = { model: 'gpt-4.1', usage };
  expect(await json('/spend/calculate', { completion_response: whole })).toEqual({ cost: DOLLARS });
  const messages = [{ role: 'user', content: 'Hi' }];
  const asked = await json('/spend/calculate', { model: 'gpt-4.1', messages });
  expect(asked['cost']).toBeGreaterThan(0);
  const unknown = await ask('/spend/calculate', { model: 'nobody', messages });
  expect(unknown.status).toBe(400);
  expect(unknown.text).toContain('Nobody knows the price');
});

test('spend begins anew where an admin says so', async () => {
  expect((await ask('/global/spend/reset', {}, keys['ann'])).status).toBe(403);
  await json('/global/spend/reset', {});
  const info = await json<{ info: Fields }>(`/key/info?key=${tokens['ann']}`);
  expect(info.info['spend']).toBe(0);
  expect(await json<Fields[]>('/spend/logs')).toHaveLength(4);
});

test('who is purged stands in no entry of the audit log; what was changed does', async () => {
  const mail = 'kim@example.org';
  await json('/user/new', { user_id: 'kim', user_email: mail, user_alias: 'Kim K.' });
  await json('/team/member_add', { team_id: 'team', member: { user_id: 'kim', role: 'user' } });
  await json('/team/member_add', { team_id: 'team', member: { user_email: mail, role: 'user' } });
  const made = await json('/key/generate', { user_id: 'kim', team_id: 'team', key_alias: 'kims' });
  await json('/key/generate', { key_alias: 'another', team_id: 'team' }, made['key'] as string);
  const log = async () => (await json<{ audit_logs: Fields[] }>('/audit?size=100')).audit_logs;
  const before = await log();
  expect(JSON.stringify(before)).toMatch(/"changed_by":"kim".*kims|kims.*"changed_by":"kim"/s);
  await json('/spillway/purge', { user_id: 'kim' });
  const after = await log();
  expect(JSON.stringify(after)).not.toMatch(/kim/i);
  expect(after).toHaveLength(before.length + 1);
  expect(after[0]).toMatchObject({ action: 'forgotten', object_id: '' });
  // The others are still named.
  expect(JSON.stringify(after)).toContain('"bob"');
  await json('/user/delete', { user_ids: ['kim'] });
});

test('of who is purged not even the id of what was written down is left', async () => {
  const { customers, users } = gateway.keeping!.store.shelves;
  await json('/customer/new', { user_id: 'moe', max_budget: 1 });
  await json('/user/new', { user_id: 'moe', auto_create_key: false });
  await json('/spillway/purge', { user_id: 'moe' });
  const ids = async (shelf: typeof users) => (await shelf.changedSince(0)).map(({ id }) => id);
  expect(await ids(customers)).not.toContain('moe');
  // They are a user still.
  expect(await ids(users)).toContain('moe');
  await json('/user/delete', { user_ids: ['moe'] });
  await json('/spillway/purge', { user_id: 'moe' });
  expect(await ids(users)).not.toContain('moe');
});

test('who is purged is forgotten by decisions, too', async () => {
  const chat = { model: 'gpt-4.1', messages: [], user: 'zoe' };
  await ask('/v1/chat/completions', chat, keys['ann']);
  const texts = () => JSON.stringify([...gateway.gateway.decisions.newest()]);
  expect(texts()).toContain('zoe');
  expect(await json('/spillway/purge', { user_id: 'zoe' })).toMatchObject({ records: 1 });
  expect(texts()).not.toContain('zoe');
});
