import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import { dsl, llmData } from '#flow/test-kit.ts';
import { startApp, textOf } from '../kit/apps.ts';
import { closedAfterEach } from '../kit/closing.ts';
import { chunk, sendEvents, startUpstream } from '../kit/upstream.ts';

const closing = closedAfterEach();

const FLOW = dsl(
  {
    start: { type: 'start' },
    llm: { ...llmData(), model: { provider: 'some/plugin/server', name: 'LiteLLM', mode: 'chat' } },
    answer: { type: 'answer', answer: '{{#llm.text#}}' },
  },
  ['start>llm', 'llm>answer'],
);
const KEY = 'sk-endpoint-0123456789-abcd';

const COMPLETION = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-4.1',
  choices: [{ index: 0, message: { role: 'assistant', content: 'pong' }, finish_reason: 'stop' }],
};

const start = async (allow: string[]) => {
  const other = await startUpstream(({ body }, res) => {
    res.setHeader('x-request-id', 'req_other_1');
    const pieces = [
      chunk({ content: 'elsewhere' }),
      chunk({}, { finish_reason: 'stop' }),
      '[DONE]',
    ];
    if (body['stream'] === true) sendEvents(res, pieces);
    res.end(body['stream'] === true ? undefined : JSON.stringify(COMPLETION));
  });
  closing.push(() => other.close());
  const app = await startApp(FLOW, { allow });
  closing.push(app.close);
  const admin = async (method: string, path: string, body?: unknown) => {
    const response = await app.call(method, path, { body, key: app.master });
    return { status: response.status, body: (await response.json()) as JsonObject };
  };
  const ask = async () => {
    const body = { inputs: {}, query: 'hi', user: 'u' };
    const response = await app.call('POST', '/v1/chat-messages', { body });
    return ((await response.json()) as JsonObject)['answer'];
  };
  const form = {
    provider: 'some/plugin/server',
    name: 'LiteLLM',
    type: 'llm',
    endpoint_url: `${other.url}/`,
    endpoint_model_name: 'gpt-4.1',
    api_key: KEY,
  };
  return { app, other, admin, ask, form };
};

test('a model is where somebody has said that it is, with a key that nobody sees again', async () => {
  const { app, other, admin, ask, form } = await start(['127.0.0.1']);
  expect(await ask()).toBe('You said: hi');
  const put = await admin('PUT', '/spillway/app-models', form);
  expect(put).toMatchObject({ status: 200, body: { name: 'LiteLLM', api_key: '…abcd' } });
  expect(await ask()).toBe('elsewhere');
  const [request] = other.calls;
  expect(request?.path).toBe('/v1/chat/completions');
  expect(request?.headers['authorization']).toBe(`Bearer ${KEY}`);
  expect(request?.body['model']).toBe('gpt-4.1');
  const [run] = (await admin('GET', `/spillway/apps/${app.apps.deps.apps.all()[0]?.id}/runs`)).body[
    'data'
  ] as JsonObject[];
  const shown = await admin('GET', `/spillway/runs/${textOf(run?.['id'])}`);
  expect(shown.body['events']).toContainEqual(
    expect.objectContaining({
      type: 'node-served',
      deployment: 'gpt-4.1@127.0.0.1',
      upstreamId: 'req_other_1',
    }),
  );
  const list = await admin('GET', '/spillway/app-models');
  expect(list.body).toMatchObject({
    data: [{ endpoint_url: form.endpoint_url, endpoint_model_name: 'gpt-4.1', api_key: '…abcd' }],
    groups: ['gpt-4.1'],
    wanted: [{ name: 'LiteLLM', served_by: form.endpoint_url, problem: null }],
  });
  const everywhere = JSON.stringify([put, shown, list, app.log.lines]);
  expect(everywhere).not.toContain(KEY);
  expect(await readFile(join(app.dataDir, 'apps.json'), 'utf8')).not.toContain(KEY);
  const id = textOf(put.body['id']);
  expect((await admin('DELETE', `/spillway/app-models/${id}`)).status).toBe(200);
  expect(await ask()).toBe('You said: hi');
});

test('a key that was given to one endpoint goes to no other', async () => {
  const { admin, form } = await start(['127.0.0.1', 'elsewhere.example']);
  await admin('PUT', '/spillway/app-models', form);
  const { api_key: _, ...without } = form;
  const same = await admin('PUT', '/spillway/app-models', {
    ...without,
    endpoint_model_name: 'gpt-5',
  });
  expect(same).toMatchObject({ status: 200, body: { api_key: '…abcd' } });
  const other = { ...without, endpoint_url: 'https://elsewhere.example/v1' };
  const refused = await admin('PUT', '/spillway/app-models', other);
  expect(refused.status).toBe(400);
  expect(JSON.stringify(refused.body)).toContain('api_key: give it again');
});

test('a group of the gateway, and what is no form', async () => {
  const { admin, ask } = await start([]);
  const group = { name: 'LiteLLM', group: 'gpt-4.1' };
  expect((await admin('PUT', '/spillway/app-models', group)).status).toBe(200);
  expect(await ask()).toBe('You said: hi');
  for (const [form, said] of [
    [{ name: 'LiteLLM', group: 'gone' }, 'there is no model group'],
    [{ name: 'LiteLLM' }, 'either `group` or `endpoint_url`'],
    [{ name: 'a*', group: 'gpt-4.1' }, 'a name without *'],
    [{ name: 'e', type: 'rerank', group: 'gpt-4.1' }, 'apps call no other models'],
    [{ name: 'e', endpoint_url: 'file:///etc/passwd' }, 'endpoint_url: expected an address'],
    [{ name: 'e', endpoint_url: 'http://u:p@models.example/' }, 'without a password'],
    [{ name: 'e', endpoint_url: 'http://169.254.169.254/' }, 'is on a private network'],
    [{ name: 'e', endpoint_url: 'http://[::1]:1/' }, 'is on a private network'],
  ] as const) {
    const { status, body } = await admin('PUT', '/spillway/app-models', form);
    expect([400, 422]).toContain(status);
    expect(JSON.stringify(body)).toContain(said);
  }
});

test('a check asks for a few tokens and keeps nothing; a name that leads inside is refused there', async () => {
  const { admin, form, other } = await start(['127.0.0.1']);
  const replied = await admin('POST', '/spillway/app-models/check', { ...form, api_key: KEY });
  expect(replied).toMatchObject({
    status: 200,
    body: { ok: true, deployment: 'gpt-4.1@127.0.0.1' },
  });
  expect(other.calls[0]?.body).toMatchObject({ max_tokens: 5 });
  expect(JSON.stringify(replied.body)).not.toContain(KEY);
  expect((await admin('GET', '/spillway/app-models')).body['data']).toEqual([]);
  const { admin: strict } = await start([]);
  const inside = { ...form, endpoint_url: form.endpoint_url.replace('127.0.0.1', 'localhost') };
  const refused = await strict('POST', '/spillway/app-models/check', inside);
  expect([refused.status, JSON.stringify(refused.body)]).toEqual([
    502,
    expect.stringContaining('spillway_settings.apps.network.allow'),
  ]);
});
