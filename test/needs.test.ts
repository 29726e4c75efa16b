import { describe, expect, it } from 'vitest';
import type { Deployment, LoadedConfig } from '#config/loaded.ts';
import { closedAfterEach } from './kit/closing.ts';
import { configOf, deployment, startGateway } from './kit/gateway.ts';
import { type Script, answer, sendJson, startUpstream } from './kit/upstream.ts';

const closing = closedAfterEach();

const world = async (
  rows: Readonly<Record<string, Partial<Deployment>>>,
  routing: Partial<LoadedConfig['routing']> = { preCallChecks: true },
  script: Script = answer,
) => {
  const upstream = await startUpstream(script);
  closing.push(() => upstream.close());
  const base = configOf(
    Object.entries(rows).map(([name, more]) => deployment(name, upstream.url, more)),
  );
  const gateway = await startGateway({ ...base, routing: { ...base.routing, ...routing } });
  closing.push(() => gateway.close());
  const chat = async (body: object, headers: Record<string, string> = {}) => {
    const reply = await gateway.chat(body, headers);
    const { error } = (await reply.json()) as { error?: Record<string, string> };
    const by = reply.headers.get('x-spillway-deployment');
    return { status: reply.status, by, error, headers: reply.headers };
  };
  return { chat, upstream };
};

const prompt = (words: number) => [{ role: 'user', content: 'word '.repeat(words) }];
const picture = [
  { role: 'user', content: [{ type: 'image_url', image_url: { url: 'http://x/y.png' } }] },
];

describe('with enable_pre_call_checks', () => {
  const sizes = { small: { contextTokens: 1_000 }, large: { contextTokens: 100_000 } };

  it('a prompt goes to a deployment that can read it', async () => {
    const { chat } = await world(sizes);
    for (let i = 0; i < 6; i++) expect((await chat({ messages: prompt(3_000) })).by).toBe('large');
  });

  it('one that is too long for all is refused, or goes to a fallback for such', async () => {
    const messages = prompt(150_000);
    const alone = await world(sizes);
    const refused = await alone.chat({ messages });
    expect(refused).toMatchObject({ status: 400, error: { type: 'invalid_request_error' } });
    expect(refused.error!['message']).toMatch(/too long.*small: reads 1000 tokens/);
    const rows = { ...sizes, huge: { group: 'huge', contextTokens: 1_000_000 } };
    const contextWindowFallbacks = { 'gpt-4.1': [{ model: 'huge', params: {} }] };
    const { chat, upstream } = await world(rows, { preCallChecks: true, contextWindowFallbacks });
    expect((await chat({ messages })).by).toBe('huge');
    expect(upstream.calls).toHaveLength(1);
  });

  it('what a deployment cannot do goes to one that may', async () => {
    const { chat } = await world({
      blind: { abilities: { vision: false } },
      unknown: {},
      dull: { abilities: { function_calling: false, response_schema: false } },
    });
    for (let i = 0; i < 6; i++) expect((await chat({ messages: picture })).by).not.toBe('blind');
    const tools = [{ type: 'function', function: { name: 'f' } }];
    for (let i = 0; i < 6; i++) expect((await chat({ tools })).by).not.toBe('dull');
  });

  it('what none can do is refused with what is missing', async () => {
    const { chat, upstream } = await world({ blind: { abilities: { vision: false } } });
    const refused = await chat({ messages: picture });
    expect(refused.status).toBe(400);
    expect(refused.error!['message']).toContain('blind: cannot do vision');
    expect(upstream.calls).toHaveLength(0);
    const off = await world({ blind: { abilities: { vision: false } } }, {});
    expect((await off.chat({ messages: picture })).status).toBe(200);
  });
});

describe('a region', () => {
  const rows = { here: { region: 'eu' }, there: { region: 'us' } };

  it('that a request names is the only one that serves it', async () => {
    const { chat, upstream } = await world(rows, {});
    for (let i = 0; i < 6; i++)
      expect((await chat({ allowed_model_region: 'eu' })).by).toBe('here');
    const metadata = { allowed_model_region: 'us' };
    expect((await chat({ metadata })).by).toBe('there');
    expect(JSON.stringify(upstream.calls)).not.toContain('allowed_model_region');
    const refused = await chat({ allowed_model_region: 'jp' });
    expect(refused.status).toBe(400);
    expect(refused.error!['message']).toContain('here: not in jp');
  });
});

it('tags that fit no deployment have LiteLLM’s status', async () => {
  const { chat } = await world({ a: { tags: ['paid'] } }, { tagFiltering: true });
  expect((await chat({ tags: ['paid'] })).status).toBe(200);
  const refused = await chat({ tags: ['free'] });
  expect(refused).toMatchObject({ status: 401, error: { code: '401' } });
  expect(refused.error!['message']).toContain('Not allowed to access model due to tags');
});

describe('x-should-retry', () => {
  const MONEY = { message: 'You exceeded your current quota', code: 'insufficient_quota' };

  it.each([
    ['somebody has to pay', { status: 429, error: MONEY }, {}],
    ['the caller’s own time is up', undefined, { timeout: 0.1 }],
  ])('is false when %s', async (_, refusal, body) => {
    const script: Script = (__, res) =>
      refusal && sendJson(res, refusal.status, { error: refusal.error });
    const { chat } = await world({ a: {} }, {}, script);
    const refused = await chat(body);
    expect(refused.status).toBeGreaterThanOrEqual(400);
    expect(refused.headers.get('x-should-retry')).toBe('false');
  });

  it('is false for a request that is larger than every limit, and for waits that nobody takes', async () => {
    const limit = { dimension: 'tokens', windowMs: 86_400_000, refill: 'fixed' } as const;
    const { chat } = await world({ a: { limits: [{ ...limit, amount: 1_000 }] } }, {});
    const large = await chat({ messages: prompt(3_000) });
    expect([large.status, large.headers.get('x-should-retry')]).toEqual([413, 'false']);
    await chat({ max_tokens: 900 });
    const late = await chat({ max_tokens: 900 });
    expect(late.status).toBe(429);
    expect(Number(late.headers.get('retry-after-ms'))).toBeGreaterThan(60_000);
    expect(late.headers.get('x-should-retry')).toBe('false');
  });

  it('is left out where a wait helps', async () => {
    const limit = {
      dimension: 'requests',
      windowMs: 60_000,
      refill: 'linear',
      amount: 60,
    } as const;
    const { chat } = await world({ a: { limits: [{ ...limit, burstMs: 1_000 }] } }, {});
    await chat({});
    const refused = await chat({}, { 'x-queue-timeout': '0' });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after-ms'))).toBeLessThanOrEqual(1_000);
    expect(refused.headers.has('x-should-retry')).toBe(false);
  });
});
