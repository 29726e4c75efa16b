import { afterAll, beforeAll, expect, test } from 'vitest';
import { configOf, MASTER_KEY, startGateway } from './kit/gateway.ts';

let gateway: Awaited<ReturnType<typeof startGateway>>;
beforeAll(async () => {
  gateway = await startGateway(configOf([]), undefined, { keeps: true });
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
  expect(await refused.json()).toMatchObject({
    error: { type: 'token_not_found_in_db', param: 'key' },
  });
});

test('answers in the envelope where there is nothing', async () => {
  const reply = await get('/nowhere', MASTER_KEY);
  expect(reply.status).toBe(404);
  expect(reply.headers.get('x-litellm-call-id')).toMatch(/^[\w-]{36}$/);
  expect(await reply.json()).toMatchObject({
    error: { message: expect.stringMatching(/nothing at this path.*\(id /), code: '404' },
  });
});

test('says which methods a path takes', async () => {
  for (const path of ['/key/generate', '/key/abc/regenerate']) {
    const reply = await get(path, MASTER_KEY);
    expect([path, reply.status]).toEqual([path, 405]);
    expect(await reply.json()).toMatchObject({
      error: { message: expect.stringContaining('This path takes POST only.') },
    });
  }
});

test('takes fields as JSON, and says so where they come otherwise', async () => {
  const send = (type: string) =>
    fetch(`${gateway.url}/key/generate`, {
      method: 'POST',
      headers: { 'x-api-key': MASTER_KEY, 'content-type': type },
      body: '{"max_budget": 1}',
    });
  expect((await send('text/plain')).status).toBe(415);
  const made = await send('application/json; charset=utf-8');
  expect(await made.json()).toMatchObject({ max_budget: 1 });
});

test('tells which field does not fit, as LiteLLM does', async () => {
  const reply = await fetch(`${gateway.url}/key/generate`, {
    method: 'POST',
    headers: { 'x-api-key': MASTER_KEY, 'content-type': 'application/json' },
    body: '{"rpm_limit": "many"}',
  });
  expect(reply.status).toBe(422);
  expect(await reply.json()).toMatchObject({ detail: [{ loc: ['body', 'rpm_limit'] }] });
});

test('a body that is no JSON is told so, in the form of fields that do not fit', async () => {
  const send = (body: string | Buffer) =>
    fetch(`${gateway.url}/key/generate`, {
      method: 'POST',
      headers: { 'x-api-key': MASTER_KEY, 'content-type': 'application/json' },
      body,
    });
  for (const body of ['{', '', '{"a": 1}{', '{"max_budget": NaN}', Buffer.from([0xff, 0xfe])]) {
    const reply = await send(body);
    expect([body, reply.status]).toEqual([body, 422]);
    expect(reply.headers.get('x-litellm-call-id')).toMatch(/^[\w-]{36}$/);
    expect(await reply.json()).toEqual({
      detail: [{ loc: ['body'], msg: 'The body must be a JSON object.', type: 'json_invalid' }],
    });
  }
  const list = await get('/key/list?page=0', MASTER_KEY);
  expect(list.status).toBe(422);
  expect(await list.json()).toMatchObject({ detail: [{ loc: ['query', 'page'] }] });
});

test('a body that nests deeper than anything is meant to is refused before it is written down', async () => {
  const send = (depth: number) =>
    fetch(`${gateway.url}/key/generate`, {
      method: 'POST',
      headers: { 'x-api-key': MASTER_KEY, 'content-type': 'application/json' },
      body: `{"metadata": {"a": ${'['.repeat(depth)}${']'.repeat(depth)}}}`,
    });
  expect((await send(20)).status).toBe(200);
  const deep = await send(100_000);
  expect(deep.status).toBe(400);
  expect(await deep.json()).toMatchObject({
    error: { message: expect.stringContaining('64 deep at most'), param: 'request_body' },
  });
});
