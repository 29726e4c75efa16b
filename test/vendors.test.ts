import { afterEach, describe, expect, it } from 'vitest';
import { load } from '#config/test-kit.ts';
import { startGateway } from './kit/gateway.ts';
import { STREAM, answer, sendJson, startUpstream } from './kit/upstream.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** A gateway out of a config's text, whose `HERE` is a scripted upstream without a path. */
const world = async (params: string, env: Record<string, string> = {}) => {
  const upstream = await startUpstream(answer);
  closing.push(() => upstream.close());
  const { origin } = new URL(upstream.url);
  const config = load(
    `model_list:
  - model_name: gpt-4.1
    litellm_params: {${params.replace('HERE', origin)}}
general_settings: {master_key: sk-test-master}
`,
    { env: { ...env, ...(env['AZURE_API_BASE'] && { AZURE_API_BASE: origin }) } },
  );
  const gateway = await startGateway(config);
  closing.push(() => gateway.close());
  return { upstream, gateway };
};

describe('a deployment with a URL of its own', () => {
  const row =
    'model: azure/my-gpt, api_key: az-secret-key, api_base: HERE, api_version: 2024-10-21';
  const path = '/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21';

  it('is asked there, with the key in its header', async () => {
    const { gateway, upstream } = await world(row);
    const reply = await gateway.chat({ temperature: 0.5 });
    expect(reply.status).toBe(200);
    const [call] = upstream.calls;
    expect(call!.path).toBe(path);
    expect(call!.headers['api-key']).toBe('az-secret-key');
    expect(call!.headers.authorization).toBeUndefined();
    expect(call!.body).toMatchObject({ model: 'my-gpt', temperature: 0.5 });
    expect(call!.body).not.toHaveProperty('api_version');
  });

  it('streams', async () => {
    const { gateway, upstream } = await world(row);
    const reply = await gateway.chat({ stream: true, stream_options: { include_usage: true } });
    expect(await reply.text()).toBe(STREAM.map((event) => `data: ${event}\n\n`).join(''));
    expect(upstream.calls[0]!.path).toBe(path);
  });

  it('embeds', async () => {
    const { gateway, upstream } = await world(row);
    const vector = { object: 'embedding', index: 0, embedding: [0.5] };
    upstream.script = (_, res) => sendJson(res, 200, { object: 'list', data: [vector] });
    const reply = await gateway.post('/v1/embeddings', { model: 'gpt-4.1', input: 'Hi' });
    expect(reply.status).toBe(200);
    expect(upstream.calls[0]!.path).toBe(path.replace('chat/completions', 'embeddings'));
  });

  it('is found by the environment alone, and by the uniform version', async () => {
    const { gateway, upstream } = await world('model: azure/my-gpt', {
      AZURE_API_KEY: 'az-secret-key',
      AZURE_API_BASE: 'HERE',
      AZURE_API_VERSION: 'v1',
    });
    expect((await gateway.chat()).status).toBe(200);
    expect(upstream.calls[0]!.path).toBe('/openai/v1/chat/completions');
    expect(upstream.calls[0]!.headers['api-key']).toBe('az-secret-key');
  });

  it('keeps its key out of an error that quotes it', async () => {
    const { gateway, upstream } = await world(row);
    upstream.script = (_, res) =>
      sendJson(res, 401, { error: { code: '401', message: 'az-secret-key is not valid.' } });
    const text = await (await gateway.chat()).text();
    expect(text).not.toContain('az-secret-key');
  });
});

describe('vendors with the common dialect', () => {
  it.each([
    ['groq/llama-3.3-70b-versatile', 'llama-3.3-70b-versatile'],
    ['mistral/mistral-large-latest', 'mistral-large-latest'],
  ])('%s', async (model, sent) => {
    const { gateway, upstream } = await world(`model: ${model}, api_key: k, api_base: HERE/v1`);
    expect((await gateway.chat()).status).toBe(200);
    expect(upstream.calls[0]!.path).toBe('/v1/chat/completions');
    expect(upstream.calls[0]!.headers.authorization).toBe('Bearer k');
    expect(upstream.calls[0]!.body['model']).toBe(sent);
  });
});
