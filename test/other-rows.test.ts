import { expect, test } from 'vitest';
import { closedAfterEach } from './kit/closing.ts';
import { configOf, deployment, startGateway } from './kit/gateway.ts';
import { answer, startUpstream } from './kit/upstream.ts';

const closing = closedAfterEach();

const world = async () => {
  const upstream = await startUpstream(answer);
  closing.push(() => upstream.close());
  const one = { dimension: 'requests', amount: 1, windowMs: 600_000, refill: 'fixed' } as const;
  const full = deployment('PJ1', upstream.url, { limits: [one] });
  const config = configOf([full]);
  const queue = { ...config.queue, waitMs: 3_600_000 };
  const gateway = await startGateway({ ...config, queue });
  closing.push(() => gateway.close());
  const take = (...deployments: (typeof full)[]) =>
    gateway.gateway.take({ deployments, unusable: [] });
  const waits = () =>
    expect.poll(() => gateway.gateway.quota().lines.reduce((n, line) => n + line.requests, 0));
  return { upstream, gateway, full, take, waits };
};

test('who waits goes to a deployment that is added', async () => {
  const { upstream, gateway, full, take, waits } = await world();
  await gateway.chat();
  const waiting = gateway.chat();
  await waits().toBe(1);
  take(full, deployment('PJ2', upstream.url));
  expect((await waiting).status).toBe(200);
  expect(upstream.calls.at(-1)!.headers.authorization).toBe('Bearer sk-secret-PJ2');
  const quota = gateway.gateway.quota();
  expect(quota.deployments.map((row) => row.deployment)).toEqual(['PJ1', 'PJ2']);
});

test('who waits for a group that is gone is told at once', async () => {
  const { gateway, take, waits } = await world();
  await gateway.chat();
  const waiting = gateway.chat();
  await waits().toBe(1);
  take();
  expect((await waiting).status).toBe(429);
  expect((await gateway.chat()).status).toBe(400);
  await waits().toBe(0);
});

test('a call under way ends as it would, though its deployment is gone', async () => {
  const { upstream, gateway, take } = await world();
  const { promise, resolve } = Promise.withResolvers<void>();
  upstream.script = async (call, res) => {
    await promise;
    await answer(call, res);
  };
  const asked = gateway.chat();
  await expect.poll(() => upstream.calls.length).toBe(1);
  take();
  resolve();
  expect((await asked).status).toBe(200);
});

test('of a deployment that has become another one nothing is remembered, of others all', async () => {
  const { upstream, gateway, full, take } = await world();
  upstream.script = (_, res) => void res.writeHead(401).end('{"error": {"message": "no"}}');
  await gateway.chat();
  expect(gateway.gateway.balance.isOut('PJ1')).toBe(true);
  take(full, deployment('PJ2', upstream.url));
  expect(gateway.gateway.balance.isOut('PJ1')).toBe(true);
  take({ ...full, apiKey: 'sk-new' }, deployment('PJ2', upstream.url));
  expect(gateway.gateway.balance.isOut('PJ1')).toBe(false);
});
