import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Deployment } from '#config/loaded.ts';
import type { JsonObject } from '#core/json.ts';
import { closedAfterEach } from './kit/closing.ts';
import { configOf, deployment, startGateway } from './kit/gateway.ts';
import { fixture } from './kit/google.ts';
import { type Script, answer, sendJson, startUpstream } from './kit/upstream.ts';

const closing = closedAfterEach();

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PEM = privateKey.export({ type: 'pkcs8', format: 'pem' });

const CLAUDE = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-4-5',
  content: [{ type: 'text', text: 'Bonjour.' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 3, output_tokens: 2 },
};

const vertex: Script = (call, res) => {
  if (call.path.includes('rawPredict')) return sendJson(res, 200, CLAUDE);
  if (call.path.includes('openapi')) return answer(call, res);
  if (call.path.includes(':predict')) {
    const { instances } = call.body as { instances: JsonObject[] };
    const predictions = instances.map((_, i) => ({ embeddings: { values: [i, 1] } }));
    return sendJson(res, 200, { predictions });
  }
  return sendJson(res, 200, JSON.parse(fixture('reply-text.json')));
};

/** Deployments at a Vertex that is played, and the token endpoint of their service account. */
const world = async (tokens: Script = (_, res) => sendJson(res, 200, TOKEN)) => {
  const [upstream, issuer] = await Promise.all([startUpstream(vertex), startUpstream(tokens)]);
  const key = {
    type: 'service_account',
    client_email: 'a@b.iam.gserviceaccount.com',
    private_key: PEM,
    token_uri: issuer.url,
  };
  const row = (group: string, model: string): Deployment => {
    const { apiKey: _, ...keyless } = deployment(group, upstream.url.replace('/v1', ''), {
      group,
      provider: 'vertex_ai',
      model,
      settings: { vertex_project: 'p-1', vertex_location: 'global', vertex_credentials: key },
    });
    return keyless;
  };
  const rows = [
    row('gem', 'gemini-2.5-pro'),
    row('claude', 'claude-sonnet-4-5'),
    row('open', 'meta/llama-4-maas'),
    row('embed', 'text-embedding-005'),
  ];
  const gateway = await startGateway(configOf(rows));
  closing.push(
    () => upstream.close(),
    () => issuer.close(),
    () => gateway.close(),
  );
  return { upstream, issuer, gateway };
};

const TOKEN = { access_token: 'ya29.secret-token', expires_in: 3599 };
const HOME = '/v1beta1/projects/p-1/locations/global';

describe('Vertex', () => {
  it('is asked with one token for all models of one account, each in its own words', async () => {
    const { upstream, issuer, gateway } = await world();
    const ask = async (model: string): Promise<string> => {
      const reply = await gateway.chat({ model, max_tokens: 9 });
      const { choices } = (await reply.json()) as { choices: { message: { content: string } }[] };
      return choices[0]!.message.content;
    };
    expect(await Promise.all(['gem', 'claude', 'open'].map(ask))).toEqual([
      expect.stringContaining('AI learns'),
      'Bonjour.',
      'Hello world',
    ]);
    expect(issuer.calls).toHaveLength(1);
    const calls = new Map(upstream.calls.map(({ path, ...call }) => [path, call]));
    for (const { headers } of calls.values())
      expect(headers.authorization).toBe('Bearer ya29.secret-token');
    const claude = calls.get(`${HOME}/publishers/anthropic/models/claude-sonnet-4-5:rawPredict`);
    expect(claude?.body).toMatchObject({ anthropic_version: 'vertex-2023-10-16', max_tokens: 9 });
    expect(claude?.body).not.toHaveProperty('model');
    const google = calls.get(`${HOME}/publishers/google/models/gemini-2.5-pro:generateContent`);
    expect(google?.body).toMatchObject({ generationConfig: { maxOutputTokens: 9 } });
    expect(calls.get(`${HOME}/endpoints/openapi/chat/completions`)?.body).toMatchObject({
      model: 'meta/llama-4-maas',
    });
  });

  it('makes embeddings', async () => {
    const { upstream, gateway } = await world();
    const reply = await gateway.post('/v1/embeddings', { model: 'embed', input: ['a', 'b'] });
    expect(await reply.json()).toMatchObject({
      data: [{ embedding: [0, 1] }, { embedding: [1, 1] }],
      model: 'text-embedding-005',
    });
    expect(upstream.calls[0]!.path).toBe(
      `${HOME}/publishers/google/models/text-embedding-005:predict`,
    );
  });

  it('is not called without a token, and nobody hears a secret', async () => {
    const { upstream, gateway } = await world((_, res) =>
      sendJson(res, 400, { error: 'invalid_grant', error_description: `Bad ${PEM}` }),
    );
    const reply = await gateway.chat({ model: 'gem', num_retries: 0 });
    expect(reply.status).toBe(502);
    const text = await reply.text();
    expect(text).toContain('the token endpoint answered with status 400, invalid_grant');
    expect(upstream.calls).toEqual([]);
    const heard = `${text}${JSON.stringify(gateway.log.lines)}`;
    expect(heard).not.toContain('PRIVATE KEY');
    expect(heard).not.toContain('gserviceaccount');
  });
});
