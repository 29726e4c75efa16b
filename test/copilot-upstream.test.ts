import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Deployment } from '#config/loaded.ts';
import { takeNewKeys } from '#server/new-keys.ts';
import { closedAfterEach } from './kit/closing.ts';
import { configOf, deployment, startGateway } from './kit/gateway.ts';
import { type Script, answer, sendJson, startUpstream } from './kit/upstream.ts';

const closing = closedAfterEach();

const KEY = 'ghu_canary-access';
const TOKEN = 'tid=canary-api;exp=1';
const IMAGE = { type: 'image_url', image_url: { url: 'https://x.test/a.png' } };

interface More {
  readonly tokens?: Script;
  readonly variables?: Readonly<Record<string, string>>;
  readonly apiBase?: string;
  readonly isKeyless?: boolean;
}

/** A deployment at a Copilot that is played, beside the service of its tokens. */
const world = async ({ tokens, variables, apiBase, isKeyless = false }: More = {}) => {
  const upstream = await startUpstream(answer);
  const { origin } = new URL(upstream.url);
  const grant: Script = (_, res) => {
    const expires_at = Math.floor(Date.now() / 1000) + 1800;
    sendJson(res, 200, { token: TOKEN, expires_at, endpoints: { api: origin } });
  };
  const issuer = await startUpstream(tokens ?? grant);
  const of = { group: 'gpt', provider: 'github_copilot', model: 'gpt-4.1' };
  const { apiBase: _, apiKey: __, ...common } = deployment('A', '', of);
  const row: Deployment = {
    ...common,
    ...(!isKeyless && { apiKey: KEY }),
    ...(apiBase !== undefined && { apiBase }),
  };
  const gateway = await startGateway(configOf([row]), undefined, {
    variables: { GITHUB_COPILOT_API_KEY_URL: `${issuer.url}/token`, ...variables },
  });
  closing.push(
    () => upstream.close(),
    () => issuer.close(),
    () => gateway.close(),
  );
  return { upstream, issuer, gateway, row };
};

describe('Copilot', () => {
  it('is asked with a token that the key is traded for, whole and streamed, where the token says', async () => {
    const { upstream, issuer, gateway } = await world();
    const whole = await gateway.chat({ model: 'gpt' });
    expect(await whole.json()).toMatchObject({
      choices: [{ message: { content: 'Hello world' } }],
    });
    const streamed = await gateway.chat({ model: 'gpt', stream: true });
    const text = await streamed.text();
    expect(text).toContain('" world"');
    expect(text).toContain('data: [DONE]');
    expect(issuer.calls.map(({ headers }) => headers.authorization)).toEqual([`token ${KEY}`]);
    expect(upstream.calls.map(({ path }) => path)).toEqual(Array(2).fill('/chat/completions'));
    for (const { headers } of upstream.calls) {
      expect(headers).toMatchObject({
        authorization: `Bearer ${TOKEN}`,
        'copilot-integration-id': 'vscode-chat',
        'editor-version': 'vscode/1.95.0',
        'x-initiator': 'user',
      });
      expect(JSON.stringify(headers)).not.toContain(KEY);
    }
  });

  it('hears of pictures, and of conversations that go on', async () => {
    const { upstream, gateway } = await world();
    const messages = [
      { role: 'user', content: [{ type: 'text', text: 'What is it?' }, IMAGE] },
      { role: 'assistant', content: 'A cat.' },
      { role: 'user', content: 'Sure?' },
    ];
    await gateway.chat({ model: 'gpt', messages });
    expect(upstream.calls[0]?.headers).toMatchObject({
      'copilot-vision-request': 'true',
      'x-initiator': 'agent',
    });
  });

  it('trades a new key of a config that is read again', async () => {
    const { issuer, gateway, row } = await world();
    expect((await gateway.chat({ model: 'gpt' })).status).toBe(200);
    const { targets, credentials, balance } = gateway.gateway;
    const deps = { targets, credentials, renewed: balance.renewed };
    takeNewKeys(deps, configOf([row]), configOf([{ ...row, apiKey: 'ghu_new' }]));
    expect((await gateway.chat({ model: 'gpt' })).status).toBe(200);
    const traded = issuer.calls.map(({ headers }) => headers.authorization);
    expect(traded).toEqual([`token ${KEY}`, 'token ghu_new']);
  });

  it('stays at a base URL of the row', async () => {
    const elsewhere = await startUpstream(answer);
    closing.push(() => elsewhere.close());
    const { upstream, gateway } = await world({ apiBase: elsewhere.url });
    expect((await gateway.chat({ model: 'gpt' })).status).toBe(200);
    expect(upstream.calls).toEqual([]);
    expect(elsewhere.calls[0]).toMatchObject({
      path: '/v1/chat/completions',
      headers: { authorization: `Bearer ${TOKEN}` },
    });
  });

  it.each([
    ['refused', 401, 'the access token is refused; log in once more with LiteLLM'],
    ['of an account without it', 403, 'the account has no Copilot'],
  ])('is not called where the key is %s, and nobody hears a secret', async (_, status, said) => {
    const { upstream, gateway } = await world({
      tokens: (call, res) =>
        sendJson(res, status, { message: `Bad ${String(call.headers.authorization)}` }),
    });
    const reply = await gateway.chat({ model: 'gpt', num_retries: 0 });
    expect(reply.status).toBe(502);
    const text = await reply.text();
    expect(text).toContain(said);
    expect(upstream.calls).toEqual([]);
    const lines = JSON.stringify(gateway.log.lines);
    expect(lines).toContain(said);
    expect(`${text}${lines}`).not.toContain('canary');
  });

  it('takes the access token of a login where there is no key', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'spillway-copilot-'));
    closing.push(async () => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'access-token'), `${KEY}\n`);
    const variables = { GITHUB_COPILOT_TOKEN_DIR: folder };
    const { issuer, gateway } = await world({ isKeyless: true, variables });
    expect((await gateway.chat({ model: 'gpt' })).status).toBe(200);
    expect(issuer.calls[0]?.headers.authorization).toBe(`token ${KEY}`);
  });
});
