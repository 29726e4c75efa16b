import { describe, expect, it } from 'vitest';
import type { LoadedConfig } from '#config/loaded.ts';
import { spentOf } from '#keys/cashier.ts';
import { closedAfterEach } from './kit/closing.ts';
import { configOf, deployment, MASTER_KEY, startGateway } from './kit/gateway.ts';
import {
  answer,
  type Script,
  sendEvents,
  sendJson,
  startUpstream,
  STREAM,
  WHOLE,
} from './kit/upstream.ts';

const closing = closedAfterEach();

type Fields = Record<string, unknown>;

/** A dollar for each token that goes in, and two for each that comes out: WHOLE costs 9 dollars. */
const PRICING = {
  provider: 'nobody',
  model: 'm',
  own: { input: { nanos: 1e15 }, output: { nanos: 2e15 } },
};
const WHOLE_DOLLARS = 5 + 2 * 2;

const world = async (script: Script = answer, more: Partial<LoadedConfig> = {}) => {
  const upstream = await startUpstream(script);
  closing.push(() => upstream.close());
  const rows = [
    deployment('PJ1', upstream.url, { pricing: PRICING }),
    deployment('free', upstream.url, { group: 'unpriced', pricing: { ...PRICING, own: {} } }),
  ];
  const gateway = await startGateway(configOf(rows, more), undefined, { keeps: true });
  closing.push(() => gateway.close());
  const ask = async (path: string, body?: Fields, key = MASTER_KEY) => {
    const reply = await fetch(`${gateway.url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: reply.status, headers: reply.headers, text: await reply.text() };
  };
  const generate = async (fields: Fields = {}) => {
    const { text } = await ask('/key/generate', fields);
    return JSON.parse(text) as { key: string; token: string };
  };
  const chat = (key: string, body: Fields = {}) =>
    ask(
      '/v1/chat/completions',
      { model: 'gpt-4.1', max_tokens: 2, messages: [{ role: 'user', content: '' }], ...body },
      key,
    );
  const spent = (token: string): number => {
    const { keeping, gateway: inner } = gateway;
    const { id } = keeping!.directory.byToken(token)!;
    const of = { duration: undefined, wallMs: Date.now() };
    return spentOf(inner.accounts!.registry, { kind: 'key', id }, of).nanos / 1e9;
  };
  const records = async () => {
    await gateway.keeping!.writer.flush();
    return gateway.keeping!.store.spend.list({}, { limit: 100, offset: 0 });
  };
  return { gateway, upstream, ask, generate, chat, spent, records };
};

describe('a budget', () => {
  it('is charged with what a request came to, whole or streamed', async () => {
    const { generate, chat, spent } = await world();
    const { key, token } = await generate({ max_budget: 1_000 });
    const first = await chat(key);
    expect(first.status).toBe(200);
    expect(first.headers.get('x-litellm-key-spend')).toBe(String(WHOLE_DOLLARS));
    expect(first.headers.get('x-litellm-key-max-budget')).toBe('1000');
    expect(spent(token)).toBe(WHOLE_DOLLARS);
    await chat(key, { stream: true });
    expect(spent(token)).toBe(2 * WHOLE_DOLLARS);
  });

  it('refuses what it cannot pay, before anybody is asked', async () => {
    const { generate, chat, upstream } = await world();
    const { key } = await generate({ max_budget: 5 });
    const { status, text } = await chat(key);
    expect(status).toBe(429);
    expect(text).toMatch(/budget_exceeded/);
    expect(text).toMatch(/Budget has been exceeded! Current cost: 0, Max budget: 5 /);
    expect(upstream.calls).toHaveLength(0);
    const used = await generate({ max_budget: 5, spend: 6 });
    const refused = await chat(used.key);
    expect(refused.status).toBe(429);
    expect(refused.text).toContain('Current cost: 6, Max budget: 5');
    expect(refused.headers.get('x-should-retry')).toBe('false');
  });

  it('is never overspent, however many ask at once and however they end', async () => {
    let n = 0;
    const script: Script = async (call, res) => {
      const turn = n++ % 4;
      await new Promise((resolve) => setTimeout(resolve, turn * 3));
      if (turn === 1) return sendJson(res, 500, { error: { message: 'no' } });
      if (call.body['stream'] !== true) return sendJson(res, 200, WHOLE);
      sendEvents(res, STREAM);
      res.end();
    };
    const { generate, chat, spent, gateway } = await world(script);
    const max = 30 * WHOLE_DOLLARS;
    const { key, token } = await generate({ max_budget: max });
    const calls = Array.from({ length: 200 }, async (_, i) => {
      if (i % 5 > 0) return (await chat(key, { stream: i % 2 === 0 })).status;
      const leaving = new AbortController();
      setTimeout(() => leaving.abort(), i % 7);
      await fetch(`${gateway.url}/v1/chat/completions`, {
        method: 'POST',
        signal: leaving.signal,
        headers: { authorization: `Bearer ${key}` },
        body: JSON.stringify({ model: 'gpt-4.1', max_tokens: 2, messages: [] }),
      }).catch(() => undefined);
      return 499;
    });
    const statuses = await Promise.all(calls);
    expect(statuses).toContain(200);
    expect(statuses).toContain(429);
    expect(spent(token)).toBeLessThanOrEqual(max);
    while (gateway.gateway.lifecycle.underWay > 0)
      await new Promise((resolve) => setImmediate(resolve));
    const { id } = gateway.keeping!.directory.byToken(token)!;
    const purse = gateway.keeping!.purses.purse({ kind: 'key', id, sinceMs: 0 });
    expect(purse.reservedNanos).toBe(0);
  });

  it('lets requests go that say no max_tokens until it is spent, and never two for the same money', async () => {
    const { generate, chat, spent } = await world();
    const open = { max_tokens: undefined };
    // An answer is taken to be far dearer than all of it.
    const { key, token } = await generate({ max_budget: 20 });
    const statuses = [];
    for (let n = 0; n < 4; n++) statuses.push((await chat(key, open)).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
    expect(spent(token)).toBe(3 * WHOLE_DOLLARS);
    expect((await chat(key, open)).text).toContain('Current cost: 27, Max budget: 20.');
    const { key: crowded, token: one } = await generate({ max_budget: 20 });
    const all = await Promise.all(Array.from({ length: 20 }, () => chat(crowded, open)));
    const served = all.filter(({ status }) => status === 200).length;
    expect(served).toBeGreaterThan(0);
    // At most what was left, and what the last of them was misjudged by.
    expect(spent(one)).toBeLessThanOrEqual(20 + WHOLE_DOLLARS);
    // Whoever says how long its answer may become is held to that.
    const { key: bound } = await generate({ max_budget: 20 });
    expect((await chat(bound, { max_tokens: 50 })).status).toBe(429);
  });

  it('holds for the team, its member and the end user too', async () => {
    const { chat, gateway, generate } = await world();
    const { directory } = gateway.keeping!;
    await directory.teams.put('t', { team_id: 't', max_budget: 30 });
    const { key } = await generate({ team_id: 't' });
    await directory.customers.put('eve', { user_id: 'eve', max_budget: 1 });
    const refused = await chat(key, { user: 'eve' });
    expect(refused.status).toBe(429);
    expect(refused.text).toContain('End User=eve');
    expect((await chat(key)).status).toBe(200);
    const team = await chat(key, { max_tokens: 10 });
    expect(team.text).toContain('Team=t');
  });

  it('begins anew with its window, and not once more when the clock goes back', async () => {
    const { generate, gateway } = await world();
    const { token } = await generate({ max_budget: 10, budget_duration: '1d', spend: 4 });
    const { id } = gateway.keeping!.directory.byToken(token)!;
    const { registry } = gateway.gateway.accounts!;
    const at = (wallMs: number) =>
      spentOf(registry, { kind: 'key', id }, { duration: '1d', wallMs }).nanos / 1e9;
    expect(at(Date.now())).toBe(4);
    expect(at(Date.now() + 86_400_000)).toBe(0);
    expect(at(Date.now())).toBe(4);
  });

  it('of everybody together holds for the master key', async () => {
    const keeping = { ...configOf([]).keeping, maxDollars: 1 };
    const { chat } = await world(answer, { keeping });
    expect((await chat(MASTER_KEY)).text).toContain('Budget has been exceeded! Proxy');
  });

  it('of a team for one model is one sum for all of its keys', async () => {
    const { ask, generate, chat } = await world();
    const model_max_budget = { 'gpt-4.1': { budget_limit: 45, time_period: '1d' } };
    await ask('/team/new', { team_id: 'red', model_max_budget });
    const [one, two] = [await generate({ team_id: 'red' }), await generate({ team_id: 'red' })];
    expect((await chat(one.key)).status).toBe(200);
    expect((await chat(two.key)).status).toBe(200);
    let served = 2;
    let last = await chat(one.key);
    for (; last.status === 200 && served < 9; served++) last = await chat(two.key);
    const cost = served * WHOLE_DOLLARS;
    expect(last.text).toContain(`Model=gpt-4.1 of Team=red Current cost: ${cost}, Max budget: 45`);
    expect((await chat(two.key, { model: 'unpriced' })).status).toBe(200);
  });

  it('that is soft is told in the log with whose it is, once, and refuses nobody', async () => {
    const { ask, generate, chat, gateway } = await world();
    await ask('/team/new', { team_id: 'red', soft_budget: 10 });
    const soft = { key_alias: 'mine', soft_budget: 5, team_id: 'red' };
    const { key } = await generate(soft);
    for (let n = 0; n < 4; n++) expect((await chat(key)).status).toBe(200);
    const told = gateway.log.lines.filter(({ text }) => text.startsWith('a soft budget'));
    expect(told.map(({ fields }) => fields['label'])).toEqual(['Key=mine', 'Team=red']);
  });

  it('may refuse what has no price', async () => {
    const { generate, chat } = await world();
    const strict = await generate({ refuse_unpriced: true });
    const refused = await chat(strict.key, { model: 'unpriced' });
    expect(refused.status).toBe(403);
    expect(refused.text).toContain('Nobody knows the price');
    const easy = await generate({ max_budget: 1 });
    expect((await chat(easy.key, { model: 'unpriced' })).status).toBe(200);
  });
});

describe('a budget that is raised for a while', () => {
  it('holds for more until then, and as before afterwards', async () => {
    const { ask, generate, chat } = await world();
    const { key, token } = await generate({ max_budget: 100, spend: 95 });
    expect((await chat(key)).status).toBe(429);
    const raise = (fields: Fields) => ask('/key/update', { key: token, ...fields });
    const later = new Date(Date.now() + 3_600_000).toISOString();
    const raised = { temp_budget_increase: 100, temp_budget_expiry: later };
    const { text } = await raise(raised);
    expect(JSON.parse(text)).toMatchObject({ max_budget: 100, ...raised });
    expect((await chat(key)).status).toBe(200);
    await raise({ temp_budget_increase: 1_000, temp_budget_expiry: '2020-01-01' });
    const over = await chat(key);
    expect(over.status).toBe(429);
    expect(over.text).toContain('Max budget: 100');
    // Without an end it is none.
    await raise({ temp_budget_expiry: null });
    expect((await chat(key)).status).toBe(429);
    for (const wrong of [{ temp_budget_expiry: 'soon' }, { temp_budget_increase: -1 }])
      expect((await raise(wrong)).status).toBe(422);
  });
});

describe('a record of spend', () => {
  it('tells who, what, how much and how it went', async () => {
    const { generate, chat, records } = await world();
    const { key, token } = await generate({ tags: ['app'] });
    await chat(key, { user: 'eve', tags: ['red'], metadata: { note: 1 } });
    const [record, ...others] = await records();
    expect(others).toEqual([]);
    expect(record).toMatchObject({
      token,
      endUser: 'eve',
      group: 'gpt-4.1',
      deployment: 'PJ1',
      provider: 'openai',
      model: 'gpt-4.1-upstream',
      status: 'success',
      nanos: WHOLE_DOLLARS * 1e9,
      tokensIn: 5,
      tokensOut: 2,
      tags: ['app', 'red'],
      more: { call_type: 'acompletion', attempts: [['PJ1', 'ok']], wait_ms: 0 },
    });
    expect(JSON.stringify(record)).not.toContain(key);
  });

  it('is there once for each request, also where callers call theirs the same', async () => {
    const { gateway, records, generate } = await world();
    const { key } = await generate();
    for (let n = 0; n < 3; n++)
      await fetch(`${gateway.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'x-litellm-call-id': 'mine' },
        body: JSON.stringify({ model: 'gpt-4.1', messages: [] }),
      }).then((reply) => reply.text());
    const all = await records();
    expect(all).toHaveLength(3);
    expect(all.map(({ more }) => more['litellm_call_id'])).toEqual(['mine', 'mine', 'mine']);
  });

  it('tells failures, and estimates what a broken stream has used', async () => {
    const script: Script = async (call, res) => {
      if (call.body['stream'] !== true) return sendJson(res, 400, { error: { message: 'bad' } });
      sendEvents(res, STREAM.slice(0, 2));
      // What was sent is on its way before the connection breaks.
      await new Promise((resolve) => setTimeout(resolve, 50));
      res.destroy();
    };
    const { generate, chat, records } = await world(script);
    const { key } = await generate();
    await chat(key);
    await chat(key, { stream: true }).catch(() => undefined);
    const all = await records();
    expect(all).toHaveLength(2);
    expect(all.every(({ status }) => status === 'failure')).toBe(true);
    const broken = all.find(({ more }) => more['stream'] === true)!;
    expect(broken.more).toMatchObject({ estimated: true });
    expect(broken.tokensOut).toBeGreaterThan(0);
    expect(broken.nanos).toBeGreaterThan(0);
  });

  it('tells what was refused for want of money, a place or a price', async () => {
    const { generate, chat, records, spent, upstream } = await world();
    const poor = await generate({ max_budget: 5 });
    const slow = await generate({ rpm_limit: 1 });
    const careful = await generate({ refuse_unpriced: true });
    await chat(slow.key);
    for (const key of [poor.key, slow.key]) expect((await chat(key)).status).toBe(429);
    expect((await chat(careful.key, { model: 'unpriced' })).status).toBe(403);
    const refused = (await records()).filter(({ status }) => status === 'failure');
    expect(refused.map(({ token }) => token).toSorted()).toEqual(
      [poor.token, slow.token, careful.token].toSorted(),
    );
    for (const { nanos, tokensIn, deployment } of refused)
      expect([nanos, tokensIn, deployment]).toEqual([0, 0, '']);
    expect(spent(poor.token)).toBe(0);
    expect(upstream.calls).toHaveLength(1);
  });
});
