import { describe, expect, it } from 'vitest';
import type { LoadedConfig } from '#config/loaded.ts';
import { closedAfterEach } from './kit/closing.ts';
import { configOf, deployment, startGateway } from './kit/gateway.ts';
import { answer, startUpstream } from './kit/upstream.ts';

const closing = closedAfterEach();

const PRICED = {
  pricing: {
    provider: 'openai',
    model: 'gpt-4.1-upstream',
    own: { input: { nanos: 2e9 }, output: { nanos: 8e9 } },
  },
};

const world = async (more: Partial<LoadedConfig> = {}) => {
  const upstream = await startUpstream(answer);
  closing.push(() => upstream.close());
  const limit = (amount: number) =>
    ({ dimension: 'tokens', amount, windowMs: 60_000, refill: 'linear' }) as const;
  const rows = [
    deployment('PJ1', upstream.url, { limits: [limit(1_000)], ...PRICED }),
    deployment('PJ2', upstream.url, { limits: [limit(100)] }),
    deployment('embed', upstream.url, { group: 'embed' }),
  ];
  const gateway = await startGateway(configOf(rows, more));
  closing.push(() => gateway.close());
  return { upstream, gateway };
};

const PATH = '/spillway/route/explain';
const CHAT = { model: 'gpt-4.1', messages: [{ role: 'user', content: 'Hi' }], max_tokens: 300 };

describe('POST /spillway/route/explain', () => {
  it('says where a request would go, what it would cost, and why the others are out', async () => {
    const { gateway, upstream } = await world();
    const reply = await gateway.post(PATH, CHAT);
    expect(reply.status).toBe(200);
    expect(await reply.json()).toMatchObject({
      verdict: 'now',
      choice: 'PJ1',
      policy: 'simple-shuffle',
      predicted_wait_s: 0,
      may_wait_s: expect.closeTo(30, 0) as number,
      // 300 tokens out at most, 256 likely ones before any answer was seen.
      cost_usd: expect.closeTo(0.00207, 5) as number,
      most_cost_usd: expect.closeTo(0.00243, 5) as number,
      queue: { requests: 0, tokens_ahead: 0, ahead: [], waits_for: [] },
      groups: [
        {
          group: 'gpt-4.1',
          deployments: [
            {
              deployment: 'PJ1',
              model: 'gpt-4.1-upstream',
              state: 'chosen',
              out: null,
              wait_s: 0,
              limits: [{ dimension: 'tokens', limit: 1_000, level: 1_000, known_from: 'config' }],
            },
            {
              deployment: 'PJ2',
              state: 'out',
              out: { reason: 'size', why: 'too large for its limits' },
              wait_s: null,
              cost_usd: null,
            },
          ],
        },
      ],
    });
    expect(upstream.calls).toEqual([]);
  });

  it('takes the request of any operation, by any name of a model', async () => {
    const { gateway } = await world();
    for (const body of [
      { model: 'embed', input: 'Hi' },
      { model: 'embed', input: ['Hi', 'you'] },
      { model: 'embed', prompt: 'Hi' },
      { ...CHAT, model: 'PJ1', stream: true },
    ]) {
      const reply = await gateway.post(PATH, body);
      expect([reply.status, await reply.json()]).toMatchObject([200, { verdict: 'now' }]);
    }
  });

  it('says what it would be refused with, and heeds what the caller wishes', async () => {
    const { gateway } = await world({ queue: { ...configOf([]).queue, waitMs: 0 } });
    const large = { ...CHAT, max_tokens: 5_000 };
    expect(await (await gateway.post(PATH, large)).json()).toMatchObject({
      verdict: 'refused',
      choice: null,
      predicted_wait_s: null,
      error: { code: 'too_large', status: 413 },
    });
    // What is left after this one is too little for the next.
    await gateway.chat({ max_tokens: 900 });
    const refused = await (await gateway.post(PATH, CHAT)).json();
    expect(refused).toMatchObject({ verdict: 'refused', error: { code: 'rate_limited' } });
    const patient = await gateway.post(PATH, CHAT, { 'x-queue-timeout': '50' });
    expect(await patient.json()).toMatchObject({
      verdict: 'waits',
      may_wait_s: expect.closeTo(50, 0) as number,
    });
  });

  it.each([
    [{}, 'model'],
    [{ model: 'gpt-4.1' }, 'messages'],
    [{ model: 7, messages: [] }, 'model'],
    [{ model: 'gpt-4.1', messages: 7 }, 'messages'],
    [{ model: 'gpt-4.1', messages: ['Hi'] }, 'messages.0'],
    [{ ...CHAT, max_tokens: 'many' }, 'max_tokens'],
    [{ model: 'nobody', messages: [] }, 'model'],
    ['[]', 'request_body'],
    ['{', 'request_body'],
    ['', 'request_body'],
  ])('refuses what is no request: %j', async (body, param) => {
    const { gateway } = await world();
    const reply = await gateway.post(PATH, body);
    expect(reply.status).toBe(400);
    expect(await reply.json()).toMatchObject({ error: { param } });
  });

  it('needs the key', async () => {
    const { gateway } = await world();
    const reply = await fetch(`${gateway.url}${PATH}`, { method: 'POST', body: '{}' });
    expect(reply.status).toBe(401);
  });
});
