import { afterAll, beforeAll, expect, test } from 'vitest';
import { configOf, MASTER_KEY, startGateway } from './kit/gateway.ts';

let gateway: Awaited<ReturnType<typeof startGateway>>;
beforeAll(async () => {
  gateway = await startGateway(configOf([]));
});
afterAll(() => gateway.close());

const get = (path: string, key?: string) =>
  fetch(`${gateway.url}${path}`, key === undefined ? {} : { headers: { 'x-api-key': key } });

test('lists itself to everybody', async () => {
  const reply = await get('/openapi.json');
  expect(reply.status).toBe(200);
  const document = (await reply.json()) as { paths: Record<string, object>; openapi: string };
  expect(document.openapi).toBe('3.1.0');
  expect(document.paths).toHaveProperty('/spillway/whoami');
});

test('knows the master key in any header, and nobody else', async () => {
  const reply = await get('/spillway/whoami', MASTER_KEY);
  expect(reply.status).toBe(200);
  expect(await reply.json()).toMatchObject({ role: 'proxy_admin' });
  expect((await get('/spillway/whoami')).status).toBe(401);
  const refused = await get('/spillway/whoami', 'sk-wrong');
  expect(refused.status).toBe(401);
  expect(await refused.json()).toMatchObject({ error: { type: 'auth_error', param: 'key' } });
});

test('answers in the envelope where there is nothing', async () => {
  const reply = await get('/nowhere', MASTER_KEY);
  expect(reply.status).toBe(404);
  expect(reply.headers.get('x-litellm-call-id')).toMatch(/^[\w-]{36}$/);
  expect(await reply.json()).toMatchObject({
    error: { message: expect.stringMatching(/nothing at this path.*\(id /), code: '404' },
  });
});
