import { expect, test } from 'vitest';
import type { Deployment, LoadedConfig } from '#config/loaded.ts';
import { closedAfterEach } from './kit/closing.ts';
import { configOf, deployment, startGateway } from './kit/gateway.ts';
import {
  answer,
  chunk,
  type Script,
  type ScriptedUpstream,
  sendEvents,
  sendJson,
  startUpstream,
} from './kit/upstream.ts';

const closing = closedAfterEach();

const upstreamOf = async (script: Script): Promise<ScriptedUpstream> => {
  const upstream = await startUpstream(script);
  closing.push(() => upstream.close());
  return upstream;
};

const gatewayOf = async (
  deployments: readonly Deployment[],
  more: Partial<LoadedConfig> = {},
  routing: Partial<LoadedConfig['routing']> = {},
) => {
  const config = configOf(deployments, more);
  const gateway = await startGateway({ ...config, routing: { ...config.routing, ...routing } });
  closing.push(() => gateway.close());
  return gateway;
};

const refuseKey: Script = (_, res) =>
  sendJson(res, 401, {
    error: { message: 'Incorrect API key provided.', code: 'invalid_api_key' },
  });
const breakDown: Script = (_, res) => sendJson(res, 500, { error: { message: 'It broke.' } });
const busy: Script = (_, res) => sendJson(res, 503, { error: { message: 'Busy.' } });

/** Statuses of so many requests, one after another. */
const inTurn = async (
  { chat }: Awaited<ReturnType<typeof gatewayOf>>,
  times: number,
): Promise<number[]> => {
  const statuses: number[] = [];
  for (let i = 0; i < times; i++) {
    const reply = await chat();
    await reply.arrayBuffer();
    statuses.push(reply.status);
  }
  return statuses;
};

test('a revoked key is asked once; the others serve, and one line says what is left', async () => {
  const [good, revoked] = [await upstreamOf(answer), await upstreamOf(refuseKey)];
  const key = (name: string, { url }: ScriptedUpstream) =>
    deployment(name, url, { apiKeySource: `OPENAI_API_KEY_${name}`, quotaPools: [name] });
  const limits = [
    { dimension: 'tokens', amount: 30_000, windowMs: 60_000, refill: 'linear' },
  ] as const;
  const quotaPools = { PJ1: { limits }, PJ2: { limits }, PJ3: { limits } };
  const keys = [key('PJ1', good), key('PJ2', revoked), key('PJ3', good)];
  const gateway = await gatewayOf(keys, { quotaPools });
  expect(await inTurn(gateway, 20)).toEqual(Array.from({ length: 20 }, () => 200));
  expect(revoked.calls).toHaveLength(1);
  const alerts = gateway.log.lines.filter(({ level }) => level === 'error');
  expect(alerts.map(({ text }) => text)).toEqual([
    'The key of PJ2 (OPENAI_API_KEY_PJ2) was refused: 60,000 of 90,000 tokens a minute are left. ' +
      'Check the key; it is tried again every 5 minutes.',
  ]);
});

test('the only key is never left alone, even when it is refused', async () => {
  const revoked = await upstreamOf(refuseKey);
  const gateway = await gatewayOf([deployment('PJ1', revoked.url)]);
  expect(await inTurn(gateway, 3)).toEqual([401, 401, 401]);
  revoked.script = answer;
  expect(await inTurn(gateway, 1)).toEqual([200]);
});

test('one that fails is left out after five failures, and no caller hears of it', async () => {
  const [good, bad] = [await upstreamOf(answer), await upstreamOf(breakDown)];
  const gateway = await gatewayOf([deployment('PJ1', good.url), deployment('PJ2', bad.url)]);
  expect(new Set(await inTurn(gateway, 40))).toEqual(new Set([200]));
  expect(bad.calls).toHaveLength(5);
  const told = gateway.log.lines.filter(({ text }) => /left out/.test(text));
  expect(told.map(({ level, fields }) => [level, fields['deployment']])).toEqual([['warn', 'PJ2']]);
});

test('a group whose deployments all fail is not asked while another one stands in', async () => {
  const [bad, good] = [await upstreamOf(breakDown), await upstreamOf(answer)];
  const pair = [deployment('PJ1', bad.url), deployment('SPARE', good.url, { group: 'spare' })];
  const gateway = await gatewayOf(
    pair,
    {},
    { fallbacks: { 'gpt-4.1': [{ model: 'spare', params: {} }] } },
  );
  expect(new Set(await inTurn(gateway, 12))).toEqual(new Set([200]));
  expect(bad.calls).toHaveLength(5);
});

test('one that is called by its name is asked although it fails', async () => {
  const [good, bad] = [await upstreamOf(answer), await upstreamOf(breakDown)];
  const gateway = await gatewayOf([deployment('PJ1', good.url), deployment('PJ2', bad.url)]);
  await inTurn(gateway, 30);
  bad.script = answer;
  const reply = await gateway.chat({ model: 'id-PJ2' });
  expect(reply.status).toBe(200);
  expect(reply.headers.get('x-spillway-deployment')).toBe('PJ2');
});

test('nobody is left out where the config says so', async () => {
  const [good, bad] = [await upstreamOf(answer), await upstreamOf(breakDown)];
  const pair = [deployment('PJ1', good.url), deployment('PJ2', bad.url)];
  const gateway = await gatewayOf(pair, {}, { disableCooldowns: true });
  await inTurn(gateway, 40);
  expect(bad.calls.length).toBeGreaterThan(8);
  const strict = await gatewayOf(pair, {}, { allowedFails: 1 });
  bad.calls.length = 0;
  await inTurn(strict, 30);
  expect(bad.calls).toHaveLength(2);
});

test('a storm of failures is not answered with a storm of retries', async () => {
  const bad = await upstreamOf(busy);
  const names = ['PJ1', 'PJ2', 'PJ3', 'PJ4'];
  const gateway = await gatewayOf(names.map((name) => deployment(name, bad.url)));
  const replies = await Promise.all(Array.from({ length: 100 }, () => gateway.chat()));
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([503]));
  await Promise.all(replies.map((reply) => reply.arrayBuffer()));
  expect(bad.calls.length).toBeLessThanOrEqual(100 + 20 + 10);
  expect(bad.calls.length).toBeGreaterThan(110);
});

test('a used connection that is closed without an answer is no failure', async () => {
  let isFirst = true;
  const upstream = await upstreamOf((call, res) => {
    if (isFirst || call.body['retried'] !== true) return answer(call, res);
    isFirst = true;
    res.destroy();
  });
  const gateway = await gatewayOf([deployment('PJ1', upstream.url)]);
  await inTurn(gateway, 1);
  isFirst = false;
  const reply = await gateway.chat({ retried: true, num_retries: 0 });
  expect(reply.status).toBe(200);
  expect(reply.headers.get('x-litellm-attempted-retries')).toBe('0');
  expect(upstream.calls).toHaveLength(3);
});

test('a refusal inside a stream that began well teaches the ledger, and another one answers', async () => {
  const refusal = {
    error: {
      message:
        'Rate limit reached for gpt-4.1 on tokens per min (TPM): Limit 30000, Used 30000, Requested 20. Please try again in 40ms.',
      type: 'tokens',
      code: 'rate_limit_exceeded',
      status: 429,
    },
  };
  const full = await upstreamOf((_, res) => {
    sendEvents(res, [chunk({ role: 'assistant', content: '' }), JSON.stringify(refusal)]);
    res.end();
  });
  const good = await upstreamOf(answer);
  const gateway = await gatewayOf([deployment('PJ1', full.url), deployment('PJ2', good.url)]);
  for (let i = 0; i < 8; i++) {
    const reply = await gateway.chat({ stream: true });
    expect(reply.status).toBe(200);
    expect(await reply.text()).toContain('Hello');
  }
  expect(full.calls.length).toBeGreaterThan(0);
  const limits = gateway.gateway.quota().accounts.flatMap(({ gauges }) => gauges);
  expect(limits).toContainEqual(
    expect.objectContaining({ dimension: 'tokens', amount: 30_000, source: 'refusal' }),
  );
  expect(gateway.log.lines.some(({ text }) => /left out/.test(text))).toBe(false);
});

test('a call that timed out is sent again unless the config says no; one that never left always is', async () => {
  const silent = await upstreamOf(() => {});
  const good = await upstreamOf(answer);
  const gone = await startUpstream(answer);
  await gone.close();
  const slow = deployment('PJ1', silent.url, { timeoutMs: 80, order: 1 });
  const pair = [slow, deployment('PJ2', good.url, { order: 2 })];
  const willing = await gatewayOf(pair);
  expect(await inTurn(willing, 1)).toEqual([200]);
  const careful = await gatewayOf(pair, { retryOnTimeout: false });
  expect(await inTurn(careful, 1)).toEqual([408]);
  const unreachable = [deployment('PJ1', gone.url, { order: 1 }), pair[1]!];
  const third = await gatewayOf(unreachable, { retryOnTimeout: false });
  expect(await inTurn(third, 1)).toEqual([200]);
});

test('a caller who waits for too little blames nobody', async () => {
  const slow = await upstreamOf((call, res) => {
    if (call.body['slow'] !== true) return answer(call, res);
  });
  const gateway = await gatewayOf([deployment('PJ1', slow.url), deployment('PJ2', slow.url)]);
  const impatient = Array.from({ length: 12 }, () =>
    gateway.chat({ slow: true, timeout: 0.05, num_retries: 0 }),
  );
  expect(new Set((await Promise.all(impatient)).map(({ status }) => status))).toEqual(
    new Set([408]),
  );
  expect(gateway.log.lines.some(({ text }) => /left out/.test(text))).toBe(false);
});

test('calls beyond max_parallel_requests wait for those before them', async () => {
  let [now, most] = [0, 0];
  const upstream = await upstreamOf(async (call, res) => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setTimeout(resolve, 20));
    now--;
    await answer(call, res);
  });
  const gateway = await gatewayOf([
    deployment('PJ1', upstream.url, { maxParallelRequests: 2 }),
    deployment('PJ2', upstream.url, { maxParallelRequests: 1 }),
  ]);
  const replies = await Promise.all(Array.from({ length: 9 }, () => gateway.chat()));
  expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: 9 }, () => 200));
  expect(most).toBe(3);
});
