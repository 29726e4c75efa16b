import { describe, expect, it } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import { closedAfterEach } from './kit/closing.ts';
import { configOf, deployment, startGateway } from './kit/gateway.ts';
import { answer, sendJson, startUpstream } from './kit/upstream.ts';

const closing = closedAfterEach();

const COMPLETION = {
  id: 'cmpl-1',
  object: 'text_completion',
  created: 1,
  model: 'base',
  choices: [{ text: ' is cold.', index: 0, logprobs: null, finish_reason: 'stop' }],
  usage: { prompt_tokens: 3, completion_tokens: 3, total_tokens: 6 },
};

/** A vendor of chats, and a server of one's own that goes on from prompts as well. */
const world = async () => {
  const chats = await startUpstream(answer);
  const own = await startUpstream((_, res) => sendJson(res, 200, COMPLETION));
  const rows = [
    deployment('chats', chats.url, { group: 'chats' }),
    deployment('own', own.url, { group: 'own', provider: 'hosted_vllm', model: 'base' }),
  ];
  const gateway = await startGateway(configOf(rows));
  closing.push(
    () => chats.close(),
    () => own.close(),
    () => gateway.close(),
  );
  return { chats, own, gateway };
};

describe('a completion', () => {
  it('is asked of a vendor of chats as a chat, and comes back as a completion', async () => {
    const { chats, gateway } = await world();
    const reply = await gateway.post('/v1/completions', {
      model: 'chats',
      prompt: 'The sea',
      max_tokens: 5,
      best_of: 1,
      drop_params: true,
    });
    expect(reply.status).toBe(200);
    expect(reply.headers.get('x-spillway-dropped-params')).toBe('best_of');
    expect(await reply.json()).toMatchObject({
      object: 'text_completion',
      choices: [{ text: expect.stringMatching(/./), index: 0, finish_reason: 'stop' }],
      usage: { prompt_tokens: expect.any(Number) },
    });
    expect(chats.calls[0]).toMatchObject({
      path: '/v1/chat/completions',
      body: { messages: [{ role: 'user', content: 'The sea' }], max_tokens: 5 },
    });
  });

  it('streams, and ends as its clients expect', async () => {
    const { gateway } = await world();
    const body = { model: 'chats', prompt: 'The sea', stream: true };
    const text = await (await gateway.post('/completions', body)).text();
    const chunks = text
      .split('\n\n')
      .filter((line) => line.startsWith('data: {'))
      .map((line) => JSON.parse(line.slice(6)) as JsonObject);
    expect(chunks.length).toBeGreaterThan(1);
    for (const chunk of chunks) expect(chunk['object']).toBe('text_completion');
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
  });

  it('passes as it is to a server that has them, whatever its prompt is', async () => {
    const { own, gateway } = await world();
    const body = { model: 'own', prompt: [[1, 2, 3]], best_of: 2 };
    const reply = await gateway.post('/openai/deployments/own/completions', body);
    expect(await reply.json()).toEqual(COMPLETION);
    expect(own.calls[0]).toMatchObject({
      path: '/v1/completions',
      body: { ...body, model: 'base' },
    });
  });

  it('of tokens is no chat, and its caller is told so', async () => {
    const { gateway } = await world();
    const reply = await gateway.post('/v1/completions', { model: 'chats', prompt: [1, 2] });
    expect(reply.status).toBe(400);
    expect(await reply.json()).toMatchObject({ error: { param: 'prompt' } });
  });

  it('a parameter that only completions have is named where a chat is asked', async () => {
    const { gateway } = await world();
    const params = { best_of: 3, drop_params: false };
    const reply = await gateway.post('/v1/completions', { model: 'chats', prompt: 'a', ...params });
    expect(reply.status).toBe(400);
    expect(await reply.json()).toMatchObject({ error: { param: 'best_of' } });
  });
});

it('a chat goes to a model that only goes on from prompts', async () => {
  const upstream = await startUpstream((_, res) => sendJson(res, 200, COMPLETION));
  const provider = 'text-completion-openai';
  const azure = { provider: 'azure_text', apiVersion: '2024-10-21', model: 'base' };
  const rows = [
    deployment('plain', upstream.url, { group: 'plain', provider, model: 'base' }),
    deployment('placed', upstream.url.replace(/\/v1$/, ''), { group: 'placed', ...azure }),
  ];
  const gateway = await startGateway(configOf(rows));
  closing.push(
    () => upstream.close(),
    () => gateway.close(),
  );
  for (const model of ['plain', 'placed']) {
    const messages = [{ role: 'user', content: 'The sea' }];
    const reply = await gateway.post('/v1/chat/completions', { model, messages });
    expect(await reply.json()).toMatchObject({
      object: 'chat.completion',
      choices: [{ message: { content: ' is cold.' } }],
    });
  }
  expect(upstream.calls).toMatchObject([
    { path: '/v1/completions', body: { model: 'base', prompt: 'The sea' } },
    {
      path: '/openai/deployments/base/completions?api-version=2024-10-21',
      body: { prompt: 'The sea' },
    },
  ]);
});

it.each(['', '/v1'])('a server of models of one’s own is found below its host%s', async (path) => {
  const upstream = await startUpstream(answer);
  const base = `${upstream.url.replace(/\/v1$/, '')}${path}`;
  const row = { group: 'local', provider: 'ollama_chat', model: 'llama3.2' };
  const gateway = await startGateway(configOf([deployment('local', base, row)]));
  closing.push(
    () => upstream.close(),
    () => gateway.close(),
  );
  expect((await gateway.chat({ model: 'local' })).status).toBe(200);
  expect(upstream.calls).toMatchObject([
    { path: '/v1/chat/completions', body: { model: 'llama3.2' } },
  ]);
});

it('a chat goes to the deployment that its path names', async () => {
  const { chats, gateway } = await world();
  for (const path of ['/openai/deployments/chats', '/engines/chats']) {
    const messages = [{ role: 'user', content: 'Hi' }];
    const reply = await gateway.post(`${path}/chat/completions`, { messages });
    expect(reply.status).toBe(200);
  }
  expect(chats.calls).toHaveLength(2);
});
