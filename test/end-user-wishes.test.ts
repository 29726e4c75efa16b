import { expect, it } from 'vitest';
import { closedAfterEach } from './kit/closing.ts';
import { configOf, deployment, MASTER_KEY, startGateway } from './kit/gateway.ts';
import { answer, startUpstream } from './kit/upstream.ts';

const closing = closedAfterEach();

const world = async () => {
  const upstream = await startUpstream(answer);
  closing.push(() => upstream.close());
  const rows = [
    deployment('here', upstream.url, { region: 'eu' }),
    deployment('there', upstream.url, { region: 'us' }),
    deployment('small', upstream.url, { group: 'small' }),
  ];
  const gateway = await startGateway(configOf(rows), undefined, { keeps: true });
  closing.push(() => gateway.close());
  const post = async (path: string, body: object, headers: Record<string, string> = {}) => {
    const reply = await fetch(`${gateway.url}${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${MASTER_KEY}`,
        'content-type': 'application/json',
        ...headers,
      },
      body: JSON.stringify(body),
    });
    const by = reply.headers.get('x-spillway-deployment');
    const told = (await reply.json()) as Record<string, unknown>;
    return { status: reply.status, by, told, text: JSON.stringify(told) };
  };
  const chat = (body: object, headers?: Record<string, string>) =>
    post('/v1/chat/completions', { messages: [], ...body }, headers);
  return { chat, post };
};

it('an end user of a region is served in it alone, whatever their request says', async () => {
  const { chat, post } = await world();
  await post('/customer/new', { user_id: 'eve', allowed_model_region: 'eu' });
  const model = 'gpt-4.1';
  const by = { 'x-litellm-customer-id': 'eve' };
  for (let i = 0; i < 6; i++) {
    expect((await chat({ model, user: 'eve' })).by).toBe('here');
    expect((await chat({ model, allowed_model_region: 'us' }, by)).by).toBe('here');
  }
  const others = [];
  for (let i = 0; i < 12; i++) others.push((await chat({ model, user: 'bob' })).by);
  expect(new Set(others)).toEqual(new Set(['here', 'there']));
  await post('/customer/update', { user_id: 'eve', allowed_model_region: 'jp' });
  const refused = await chat({ model, user: 'eve' });
  expect(refused.status).toBe(400);
  expect(refused.text).toContain('here: not in jp');
  await post('/customer/update', { user_id: 'eve', allowed_model_region: null });
  expect((await chat({ model, user: 'eve', allowed_model_region: 'us' })).by).toBe('there');
});

it('a request that names no model is for the default one of its end user', async () => {
  const { chat, post } = await world();
  await post('/customer/new', { user_id: 'eve', default_model: 'small' });
  expect((await chat({ user: 'eve' })).by).toBe('small');
  expect((await chat({ model: 'gpt-4.1', user: 'eve' })).by).not.toBe('small');
  expect((await chat({ user: 'bob' })).status).toBe(400);
  const made = await post('/key/generate', { models: ['gpt-4.1'] });
  const headers = { authorization: `Bearer ${String(made.told['key'])}` };
  expect((await chat({ user: 'eve' }, headers)).status).toBe(401);
});
